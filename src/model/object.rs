//! JSON objects as typed structs that lose nothing: the macro, and what a property may hold.
//! Knows no property of any standard.
//!
//! A known property that reads well becomes a field; an unknown one, and a known one of the wrong shape
//! (`null`, an empty list, a word from a later standard), waits in `other` and is written back as it came.
//! So every JSON object is readable, and reading then writing gives the same object. Only spellings are
//! settled: `PT60M` is written `PT1H`, `2026-01-01T10:00` gets its seconds.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde_json::Map;
use serde_json::Value;

/// One JSON value as a Rust value; reading by reference leaves the original to whoever keeps it.
pub trait Shape: Sized {
    /// The value, or nothing when it has another shape.
    fn read(value: &Value) -> Option<Self>;
    /// The JSON of the value.
    fn write(&self) -> Value;
}

/// An object of a standard, open to properties that this server does not know.
pub trait Object {
    /// What is not known, or was not readable.
    fn other(&self) -> &Map<String, Value>;
    /// The same, to change.
    fn other_mut(&mut self) -> &mut Map<String, Value>;
}

/// A property of an object: present or not.
pub trait Property {
    /// Takes the value; false when it does not fit and should be kept elsewhere.
    fn fill(&mut self, value: &Value) -> bool;
    /// Lays the property into the object, nothing when it is absent.
    fn put(&self, name: &str, object: &mut Map<String, Value>);
}

impl<T: Shape> Property for Option<T> {
    fn fill(&mut self, value: &Value) -> bool {
        *self = T::read(value);
        self.is_some()
    }

    fn put(&self, name: &str, object: &mut Map<String, Value>) {
        if let Some(value) = self {
            object.insert(name.to_owned(), value.write());
        }
    }
}

impl<K: FromStr + Display + Ord, T: Shape> Property for BTreeMap<K, T> {
    fn fill(&mut self, value: &Value) -> bool {
        let entries = value.as_object().into_iter().flatten();
        let read: Option<Self> =
            entries.map(|(key, value)| Some((key.parse().ok()?, T::read(value)?))).collect();
        *self = read.unwrap_or_default();
        !self.is_empty()
    }

    fn put(&self, name: &str, object: &mut Map<String, Value>) {
        if !self.is_empty() {
            let entries = self.iter().map(|(key, value)| (key.to_string(), value.write()));
            object.insert(name.to_owned(), Value::Object(entries.collect()));
        }
    }
}

impl<T: Shape> Property for Vec<T> {
    fn fill(&mut self, value: &Value) -> bool {
        let read: Option<Self> = value.as_array().into_iter().flatten().map(T::read).collect();
        *self = read.unwrap_or_default();
        !self.is_empty()
    }

    fn put(&self, name: &str, object: &mut Map<String, Value>) {
        if !self.is_empty() {
            object.insert(name.to_owned(), self.iter().map(T::write).collect());
        }
    }
}

impl Shape for String {
    fn read(value: &Value) -> Option<Self> {
        value.as_str().map(Self::from)
    }

    fn write(&self) -> Value {
        self.as_str().into()
    }
}

impl Shape for bool {
    fn read(value: &Value) -> Option<Self> {
        value.as_bool()
    }

    fn write(&self) -> Value {
        (*self).into()
    }
}

impl Shape for u32 {
    fn read(value: &Value) -> Option<Self> {
        value.as_u64()?.try_into().ok()
    }

    fn write(&self) -> Value {
        (*self).into()
    }
}

impl Shape for i32 {
    fn read(value: &Value) -> Option<Self> {
        value.as_i64()?.try_into().ok()
    }

    fn write(&self) -> Value {
        (*self).into()
    }
}

impl Shape for DateTime {
    fn read(value: &Value) -> Option<Self> {
        value.as_str()?.parse().ok()
    }

    fn write(&self) -> Value {
        self.to_string().into()
    }
}

impl Shape for Timestamp {
    fn read(value: &Value) -> Option<Self> {
        value.as_str()?.parse().ok()
    }

    fn write(&self) -> Value {
        self.to_string().into()
    }
}

/// A set as the standards write it: each member a key that is true.
pub type Set = BTreeMap<String, bool>;

/// The set of these members.
pub fn set_of(members: &[&str]) -> Set {
    members.iter().map(|member| ((*member).to_owned(), true)).collect()
}

/// Whether the set has this member.
pub fn has(set: &Set, member: &str) -> bool {
    set.get(member) == Some(&true)
}

/// The members of a set.
pub fn members(set: &Set) -> impl Iterator<Item = &str> {
    set.iter().filter(|(_, present)| **present).map(|(member, _)| member.as_str())
}

/// Makes the set hold these members and no others.
pub fn replace_members(set: &mut Set, members: &[&str]) {
    set.retain(|member, present| *present && members.contains(&member.as_str()));
    set.extend(set_of(members));
}

/// The text of a property that no struct knows, such as a vendor's.
pub fn text<'a>(other: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    other.get(name)?.as_str()
}

/// Sets the text of a property that no struct knows, or takes it away.
pub fn set_text(other: &mut Map<String, Value>, name: &str, value: Option<&str>) {
    match value {
        Some(value) => other.insert(name.to_owned(), value.into()),
        None => other.remove(name),
    };
}

/// Makes a struct of a JSON object: `field: Type = "property"`, and `other` for the rest.
/// `then Type::function` names what brings older forms up to date after reading.
macro_rules! object {
    (
        $(#[$doc:meta])*
        pub struct $name:ident $(then $modernise:path)? {
            $($(#[$field_doc:meta])* $field:ident: $kind:ty = $property:literal,)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $kind,)*
            /// What is not known here, or was not readable; written back as it came.
            pub other: serde_json::Map<String, serde_json::Value>,
        }

        impl $crate::model::object::Shape for $name {
            fn read(value: &serde_json::Value) -> Option<Self> {
                let mut object = Self::default();
                for (property, value) in value.as_object()? {
                    let known = match property.as_str() {
                        $($property => $crate::model::object::Property::fill(&mut object.$field, value),)*
                        _ => false,
                    };
                    if !known {
                        object.other.insert(property.clone(), value.clone());
                    }
                }
                $($modernise(&mut object);)?
                Some(object)
            }

            fn write(&self) -> serde_json::Value {
                let mut object = self.other.clone();
                $($crate::model::object::Property::put(&self.$field, $property, &mut object);)*
                serde_json::Value::Object(object)
            }
        }

        impl $crate::model::object::Object for $name {
            fn other(&self) -> &serde_json::Map<String, serde_json::Value> {
                &self.other
            }

            fn other_mut(&mut self) -> &mut serde_json::Map<String, serde_json::Value> {
                &mut self.other
            }
        }

        $crate::model::object::serde_by_shape!($name);
    };
}

/// Makes an enum of words; a word it does not know stays in the `other` of its object.
macro_rules! words {
    ($(#[$doc:meta])* pub enum $name:ident { $($(#[$word_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$word_doc])* $variant,)*
        }

        impl $name {
            /// The word of the standard.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// The value of this word, if it is one of them.
            pub fn from_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }

        impl $crate::model::object::Shape for $name {
            fn read(value: &serde_json::Value) -> Option<Self> {
                Self::from_word(value.as_str()?)
            }

            fn write(&self) -> serde_json::Value {
                self.as_str().into()
            }
        }

        $crate::model::object::serde_by_shape!($name);
    };
}

/// Serde for what has a shape, so that it can stand in any other serde value.
macro_rules! serde_by_shape {
    ($name:ident) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::model::object::Shape::write(self).serialize(serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = serde_json::Value::deserialize(deserializer)?;
                $crate::model::object::Shape::read(&value)
                    .ok_or_else(|| serde::de::Error::custom(concat!("not a ", stringify!($name))))
            }
        }
    };
}

pub(crate) use object;
pub(crate) use serde_by_shape;
pub(crate) use words;
