//! What the pages say, in four languages, out of `locales/`. Knows no page.

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::FluentArgs;
use fluent_bundle::FluentResource;
use fluent_bundle::FluentValue;
use fluent_bundle::concurrent::FluentBundle;

/// A language that the pages speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Norwegian (bokmål).
    Nb,
    /// Swedish.
    Sv,
    /// Danish.
    Da,
    /// English.
    En,
}

/// The files of a language, in this order.
macro_rules! sources {
    ($code:literal) => {
        [
            include_str!(concat!("../../locales/", $code, "/page.ftl")),
            include_str!(concat!("../../locales/", $code, "/setting.ftl")),
            include_str!(concat!("../../locales/", $code, "/admin.ftl")),
            include_str!(concat!("../../locales/", $code, "/connection.ftl")),
            include_str!(concat!("../../locales/", $code, "/security.ftl")),
        ]
    };
}

type Bundle = FluentBundle<FluentResource>;

static BUNDLES: LazyLock<[Bundle; 4]> = LazyLock::new(|| Language::ALL.map(bundle));

impl Language {
    /// All of them, as they are offered.
    pub const ALL: [Self; 4] = [Self::Nb, Self::Sv, Self::Da, Self::En];

    /// Its tag (BCP 47).
    pub const fn code(self) -> &'static str {
        match self {
            Self::Nb => "nb",
            Self::Sv => "sv",
            Self::Da => "da",
            Self::En => "en",
        }
    }

    /// Its own name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nb => "Norsk",
            Self::Sv => "Svenska",
            Self::Da => "Dansk",
            Self::En => "English",
        }
    }

    /// The language of that tag, whatever the country; Norwegian is one, however it is written.
    pub fn from_code(code: &str) -> Option<Self> {
        match code.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "nb" | "no" | "nn" => Some(Self::Nb),
            "sv" => Some(Self::Sv),
            "da" => Some(Self::Da),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The one that a browser likes best (RFC 9110 12.5.4); English where it likes none of ours.
    pub fn preferred(accept: &str) -> Self {
        let weighed = accept.split(',').filter_map(|offer| {
            let (code, weight) = offer.split_once(';').unwrap_or((offer, ""));
            let weight =
                weight.trim().strip_prefix("q=").map_or(Some(1.0), |weight| weight.parse::<f32>().ok())?;
            Some((Self::from_code(code.trim())?, weight))
        });
        // Of those it likes as much the first one stands.
        let best = weighed.fold(None, |best: Option<(Self, f32)>, (language, weight)| match best {
            Some((_, heaviest)) if heaviest >= weight => best,
            Some(_) | None => Some((language, weight)),
        });
        best.map_or(Self::En, |(language, _)| language)
    }

    /// What is said under a key that has no variable.
    pub fn say(self, key: &str) -> Cow<'static, str> {
        self.fill_all(key, &[])
    }

    /// What is said under a key with one variable.
    pub fn fill(self, key: &str, name: &str, value: impl Argument) -> Cow<'static, str> {
        self.fill_all(key, &[(name, value.value())])
    }

    /// What is said under a key with several.
    pub fn fill_all(self, key: &str, values: &[(&str, FluentValue<'_>)]) -> Cow<'static, str> {
        let [nb, sv, da, en] = &*BUNDLES;
        let bundle: &'static Bundle = match self {
            Self::Nb => nb,
            Self::Sv => sv,
            Self::Da => da,
            Self::En => en,
        };
        // A test holds that each key is there; what is not shows by its name.
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            return Cow::Owned(key.to_owned());
        };
        let arguments: FluentArgs<'_> = values.iter().map(|(name, value)| (*name, value.clone())).collect();
        let mut errors = Vec::new();
        Cow::Owned(bundle.format_pattern(pattern, Some(&arguments), &mut errors).into_owned())
    }
}

/// What can stand for a variable: a text, or a number that chooses a plural.
pub trait Argument {
    /// As Fluent takes it.
    fn value(&self) -> FluentValue<'_>;
}

impl Argument for str {
    fn value(&self) -> FluentValue<'_> {
        FluentValue::from(self)
    }
}

impl Argument for String {
    fn value(&self) -> FluentValue<'_> {
        FluentValue::from(self.as_str())
    }
}

impl Argument for Cow<'_, str> {
    fn value(&self) -> FluentValue<'_> {
        FluentValue::from(&**self)
    }
}

impl Argument for i64 {
    fn value(&self) -> FluentValue<'_> {
        FluentValue::from(*self)
    }
}

impl Argument for u64 {
    fn value(&self) -> FluentValue<'_> {
        FluentValue::from(*self)
    }
}

impl Argument for usize {
    fn value(&self) -> FluentValue<'_> {
        FluentValue::from(*self)
    }
}

impl<T: Argument + ?Sized> Argument for &T {
    fn value(&self) -> FluentValue<'_> {
        (**self).value()
    }
}

fn bundle(language: Language) -> Bundle {
    let sources = match language {
        Language::Nb => sources!("nb"),
        Language::Sv => sources!("sv"),
        Language::Da => sources!("da"),
        Language::En => sources!("en"),
    };
    let mut bundle = Bundle::new_concurrent(language.code().parse().into_iter().collect());
    // The marks that keep directions apart would be copied along with addresses and names.
    bundle.set_use_isolating(false);
    for source in sources {
        // What cannot be read is left out; a test holds that nothing is.
        let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(rest, _)| rest);
        let _ = bundle.add_resource(resource);
    }
    bundle
}

#[cfg(test)]
mod tests;
