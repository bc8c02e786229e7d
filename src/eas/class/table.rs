//! A class as a table of its elements, read in both directions: the row, the macro and the two walks.
//! Knows no class.

use wbxml::Element;
use wbxml::Tag;
use wbxml::Version;
use wbxml::Writer;

use crate::eas::class::Reading;
use crate::eas::class::Unreadable;
use crate::eas::class::View;

/// A row: one element and what it says about an item.
pub(super) struct Field<T: 'static> {
    /// The element.
    pub(super) tag: Tag,
    /// The first and the last version that has it.
    pub(super) versions: (Version, Version),
    /// Whether an item that comes without it has lost it.
    pub(super) absence: Absence,
    /// Takes what the phone says; no element, or an empty one, takes away what it stands for.
    pub(super) read: fn(&mut T, Option<Element<'_>>, &Reading<'_>) -> Result<(), Unreadable>,
    /// Writes the element, or nothing.
    pub(super) write: fn(&T, Tag, &View<'_>, &mut Writer),
}

/// What it means that a changed item comes without an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Absence {
    /// The phone has emptied it, unless it never had it (MS-ASCMD 2.2.3.179 Supported).
    Clears,
    /// Nothing, unless the phone has declared the element: too much would be lost with those that cannot show it.
    Declared,
    /// Nothing, whatever the phone declared.
    Keeps,
}

impl<T> Field<T> {
    /// Whether this version has the element.
    pub(super) fn is_in(&self, version: Version) -> bool {
        self.versions.0 <= version && version <= self.versions.1
    }
}

/// Writes the elements that the phone's version knows, in the order of the table.
pub(super) fn write<T>(table: &[Field<T>], item: &T, view: &View<'_>, writer: &mut Writer) {
    for field in table.iter().filter(|field| field.is_in(view.version)) {
        (field.write)(item, field.tag, view, writer);
    }
}

/// Lays what the phone sent over the item; what it does not send goes only where `clears` says so.
pub(super) fn read<T>(
    table: &[Field<T>],
    item: &mut T,
    data: Element<'_>,
    reading: &Reading<'_>,
    clears: impl Fn(&Field<T>) -> bool,
) -> Result<(), Unreadable> {
    for field in table.iter().filter(|field| field.is_in(reading.view.version)) {
        match data.child(field.tag) {
            Some(element) => (field.read)(item, Some(element).filter(|told| !told.is_empty()), reading)?,
            None if clears(field) => (field.read)(item, None, reading)?,
            None => {}
        }
    }
    Ok(())
}

/// Writes a class table. A row is one of
///
/// - `element => field: codec`: an `Option` of the item;
/// - `element => get / set(arguments): codec`: a pair of accessors of the item;
/// - `element => [read, write]`: functions of their own;
///
/// and may end in `; from VERSION`, `; to VERSION` and `; keeps` or `; declared` (see [`Absence`]).
macro_rules! fields {
    ($(#[$doc:meta])* $name:ident: $item:ty {
        $($tag:expr => $($what:ident)? $(/ $set:ident ($($argument:expr),*))? $(: $codec:ident)?
            $([$reader:ident, $writer:ident])? $(; $note:ident $($version:ident)?)*,)+
    }) => {
        $(#[$doc])*
        pub(super) static $name: &[$crate::eas::class::table::Field<$item>] = &[$(
            $crate::eas::class::table::row!(
                $item, $tag, [$($what)? $(/ $set ($($argument),*))? $(: $codec)? $([$reader, $writer])?]
            )
                $(.$note($(wbxml::Version::$version)?))*,
        )+];
    };
}

/// One row of [`fields`], still without its notes.
macro_rules! row {
    ($item:ty, $tag:expr, [[$reader:ident, $writer:ident]]) => {
        $crate::eas::class::table::Field::<$item>::new($tag, $reader, $writer)
    };
    ($item:ty, $tag:expr, [$field:ident : $codec:ident]) => {
        $crate::eas::class::table::Field::<$item>::new(
            $tag,
            |item, element, reading| {
                let told = element.map(|element| $codec::read(element, reading)).transpose()?;
                item.$field = told;
                Ok(())
            },
            |item, tag, view, writer| {
                if let Some(value) = &item.$field {
                    $codec::write(value, tag, view, writer);
                }
            },
        )
    };
    ($item:ty, $tag:expr, [$get:ident / $set:ident ($($argument:expr),*) : $codec:ident]) => {
        $crate::eas::class::table::Field::<$item>::new(
            $tag,
            |item, element, reading| {
                let told = element.map(|element| $codec::read(element, reading)).transpose()?;
                item.$set($($argument,)* $codec::lend(&told));
                Ok(())
            },
            |item, tag, view, writer| {
                if let Some(value) = item.$get($($argument),*) {
                    $codec::write(value, tag, view, writer);
                }
            },
        )
    };
}

impl<T> Field<T> {
    /// A row of the element's own versions.
    pub(super) const fn new(
        tag: Tag,
        read: fn(&mut T, Option<Element<'_>>, &Reading<'_>) -> Result<(), Unreadable>,
        write: fn(&T, Tag, &View<'_>, &mut Writer),
    ) -> Self {
        Self { tag, versions: (Version::V2_5, Version::V16_1), absence: Absence::Clears, read, write }
    }

    /// Not before this version.
    pub(super) const fn from(mut self, first: Version) -> Self {
        self.versions.0 = first;
        self
    }

    /// Not after this version.
    pub(super) const fn to(mut self, last: Version) -> Self {
        self.versions.1 = last;
        self
    }

    /// Absence means nothing, unless the phone has declared the element.
    pub(super) const fn declared(mut self) -> Self {
        self.absence = Absence::Declared;
        self
    }

    /// Absence means nothing.
    pub(super) const fn keeps(mut self) -> Self {
        self.absence = Absence::Keeps;
        self
    }
}

pub(super) use fields;
pub(super) use row;
