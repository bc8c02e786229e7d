//! Which phones an organisation lets in. Not what is done with one that it does not.

use serde::Deserialize;
use serde::Serialize;

/// The rules of an organisation; by default everybody comes in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// What is done with a new device that no rule fits.
    pub new_devices: Verdict,
    /// How many devices a person may have; a further one waits for an administrator. None: as many as they like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub devices_per_person: Option<u32>,
    /// The first that fits decides, of new devices and of those that are there.
    pub rules: Vec<Rule>,
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What it looks at.
    pub of: Trait,
    /// What that has to be, letter case ignored; a `*` at the end stands for anything.
    pub is: String,
    /// What is done with such devices.
    pub then: Verdict,
}

/// What a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Trait {
    /// Which program it is.
    Family,
    /// Its model, as it says by Settings.
    Model,
    /// The version of the protocol.
    Version,
    /// What it says it is.
    Type,
    /// Its operating system, as it says by Settings.
    System,
    /// The program as it names itself.
    Agent,
}

/// What is done with a device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It is served.
    #[default]
    Allow,
    /// It gets nothing.
    Block,
    /// It gets nothing until an administrator has looked at it.
    Quarantine,
}

/// What is known of a device that rules look at.
#[derive(Clone, Copy, Debug, Default)]
pub struct Traits<'a> {
    /// Which program it is.
    pub family: &'a str,
    /// Its model.
    pub model: &'a str,
    /// The version of the protocol.
    pub version: &'a str,
    /// What it says it is.
    pub kind: &'a str,
    /// Its operating system.
    pub system: &'a str,
    /// The program as it names itself.
    pub agent: &'a str,
}

impl Trait {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Family, Self::Model, Self::Version, Self::Type, Self::System, Self::Agent];

    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Family => "family",
            Self::Model => "model",
            Self::Version => "version",
            Self::Type => "type",
            Self::System => "system",
            Self::Agent => "agent",
        }
    }

    fn of<'a>(self, traits: &Traits<'a>) -> &'a str {
        match self {
            Self::Family => traits.family,
            Self::Model => traits.model,
            Self::Version => traits.version,
            Self::Type => traits.kind,
            Self::System => traits.system,
            Self::Agent => traits.agent,
        }
    }
}

impl Verdict {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Allow, Self::Block, Self::Quarantine];

    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Block => "block",
            Self::Quarantine => "quarantine",
        }
    }
}

impl Rule {
    /// Whether it is about such a device.
    pub fn fits(&self, traits: &Traits<'_>) -> bool {
        let (wanted, found) = (self.is.trim().to_lowercase(), self.of.of(traits).to_lowercase());
        match wanted.strip_suffix('*') {
            Some(start) => found.starts_with(start),
            None => found == wanted,
        }
    }
}

impl Rules {
    /// What the first rule that fits says; none: no rule does.
    pub fn by_rule(&self, traits: &Traits<'_>) -> Option<Verdict> {
        self.rules.iter().find(|rule| rule.fits(traits)).map(|rule| rule.then)
    }

    /// What is done with a new device, of somebody who has so many others.
    pub fn of_new(&self, traits: &Traits<'_>, others: i64) -> (Verdict, bool) {
        if let Some(verdict) = self.by_rule(traits) {
            return (verdict, true);
        }
        let is_one_too_many = self.devices_per_person.is_some_and(|most| others >= i64::from(most));
        match self.new_devices {
            Verdict::Allow if is_one_too_many => (Verdict::Quarantine, false),
            verdict => (verdict, false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(of: Trait, is: &str, then: Verdict) -> Rule {
        Rule { of, is: is.to_owned(), then }
    }

    #[track_caller]
    fn check(rules: &Rules, traits: Traits<'_>, others: i64, expected: (Verdict, bool)) {
        assert_eq!(rules.of_new(&traits, others), expected, "{traits:?}");
    }

    #[test]
    fn the_first_rule_that_fits_decides_and_what_none_fits_is_new() {
        let rules = Rules {
            new_devices: Verdict::Quarantine,
            devices_per_person: None,
            rules: vec![
                rule(Trait::Model, "iPhone15C2", Verdict::Allow),
                rule(Trait::Model, "IPHONE*", Verdict::Block),
                rule(Trait::Version, "2.5", Verdict::Block),
            ],
        };
        let model = |model| Traits { model, version: "16.1", ..Traits::default() };
        check(&rules, model("iphone15c2"), 0, (Verdict::Allow, true));
        check(&rules, model("iPhone9C1"), 0, (Verdict::Block, true));
        check(&rules, model("Pixel 9"), 0, (Verdict::Quarantine, false));
        check(&rules, Traits { version: "2.5", ..Traits::default() }, 0, (Verdict::Block, true));
    }

    #[test]
    fn one_device_too_many_waits_for_an_administrator() {
        let rules = Rules { devices_per_person: Some(2), ..Rules::default() };
        check(&rules, Traits::default(), 1, (Verdict::Allow, false));
        check(&rules, Traits::default(), 2, (Verdict::Quarantine, false));
        let rules = Rules { rules: vec![rule(Trait::Type, "iPad", Verdict::Allow)], ..rules };
        check(&rules, Traits { kind: "iPad", ..Traits::default() }, 9, (Verdict::Allow, true));
        let rules = Rules { new_devices: Verdict::Block, ..Rules::default() };
        check(&rules, Traits::default(), 0, (Verdict::Block, false));
    }
}
