//! Which program is at the other end, and what it cannot bear. Rows of a table; what follows is done where it belongs.

use crate::eas::class::BirthdayTime;

/// Programs that differ in what they bear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// Nokia's on Symbian and Maemo.
    MailForExchange,
    /// iPhone, iPad and iPod.
    Apple,
    /// The mail program of Android up to 6, and what makers made of it.
    Android,
    /// Gmail.
    Gmail,
    /// Samsung's own.
    Samsung,
    /// Outlook on Windows.
    OutlookDesktop,
    /// Outlook on phones.
    OutlookMobile,
    /// Windows Phone 7 and 8.
    WindowsPhone,
    /// Windows Mobile up to 6.5.
    WindowsMobile,
    /// The last of Research in Motion's.
    BlackBerry,
    /// Thunderbird.
    Thunderbird,
    /// Anything else.
    Other,
}

/// Something that a family cannot bear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quirk {
    /// A second folder of contacts breaks it; one of unknown kind does not.
    OneContactsFolder,
    /// It cannot take a policy, so that one in force would lock it out.
    NotProvisionable,
}

/// Which families cannot bear what, and what became known of it.
const QUIRKS: &[(Quirk, &[Family])] = &[
    // Outlook 2013 to 2016 shows nothing more once a second address book appears.
    (Quirk::OneContactsFolder, &[Family::OutlookDesktop]),
    // Outlook 2013 drops the account when a policy is forced on it.
    (Quirk::NotProvisionable, &[Family::OutlookDesktop]),
];

/// At what time of day each family writes and wants birthdays; the others as Exchange has it.
const BIRTHDAYS: &[(Family, BirthdayTime)] = &[
    (Family::Apple, BirthdayTime::LocalMidnight),
    (Family::Android, BirthdayTime::Hour(8)),
    (Family::Gmail, BirthdayTime::Hour(12)),
    (Family::Samsung, BirthdayTime::Hour(0)),
    (Family::BlackBerry, BirthdayTime::Hour(11)),
    (Family::WindowsMobile, BirthdayTime::Hour(0)),
    (Family::Thunderbird, BirthdayTime::Hour(0)),
];

/// What to know a family by.
enum Sign {
    /// The device type begins so.
    Type(&'static str),
    /// The user agent begins so.
    Agent(&'static str),
    /// The user agent has this in it.
    InAgent(&'static str),
}

/// The first sign that fits decides: what is more particular stands above what is less.
const SIGNS: &[(Sign, Family)] = &[
    (Sign::InAgent("MailforExchange"), Family::MailForExchange),
    (Sign::Type("WindowsOutlook"), Family::OutlookDesktop),
    (Sign::Agent("Outlook/"), Family::OutlookDesktop),
    (Sign::Agent("Microsoft.Outlook."), Family::OutlookDesktop),
    (Sign::Agent("Outlook-iOS"), Family::OutlookMobile),
    (Sign::Type("Outlook"), Family::OutlookMobile),
    (Sign::Type("Thunderbird"), Family::Thunderbird),
    (Sign::Agent("Thunderbird"), Family::Thunderbird),
    (Sign::Agent("Apple-"), Family::Apple),
    (Sign::Type("iPhone"), Family::Apple),
    (Sign::Type("iPad"), Family::Apple),
    (Sign::Type("iPod"), Family::Apple),
    (Sign::Agent("SAMSUNG"), Family::Samsung),
    (Sign::Type("SAMSUNG"), Family::Samsung),
    (Sign::Agent("Android-Mail"), Family::Gmail),
    (Sign::Agent("MSFT-WP"), Family::WindowsPhone),
    (Sign::Type("WP"), Family::WindowsPhone),
    (Sign::Type("WindowsPhone"), Family::WindowsPhone),
    (Sign::Agent("MSFT-PPC"), Family::WindowsMobile),
    (Sign::Agent("MSFT-SPhone"), Family::WindowsMobile),
    (Sign::Type("PocketPC"), Family::WindowsMobile),
    (Sign::Type("SmartPhone"), Family::WindowsMobile),
    (Sign::Type("BlackBerry"), Family::BlackBerry),
    (Sign::Type("Android"), Family::Android),
    (Sign::Agent("Android"), Family::Android),
];

impl Family {
    /// The family of a device.
    pub fn of(device_type: &str, user_agent: &str) -> Self {
        let fits = |sign: &Sign| match sign {
            Sign::Type(start) => starts_with(device_type, start),
            Sign::Agent(start) => starts_with(user_agent, start),
            Sign::InAgent(part) => user_agent.contains(part),
        };
        SIGNS.iter().find(|(sign, _)| fits(sign)).map_or(Self::Other, |(_, family)| *family)
    }

    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::MailForExchange,
        Self::Apple,
        Self::Android,
        Self::Gmail,
        Self::Samsung,
        Self::OutlookDesktop,
        Self::OutlookMobile,
        Self::WindowsPhone,
        Self::WindowsMobile,
        Self::BlackBerry,
        Self::Thunderbird,
        Self::Other,
    ];

    /// What people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MailForExchange => "Mail for Exchange",
            Self::Apple => "Apple",
            Self::Android => "Android",
            Self::Gmail => "Gmail",
            Self::Samsung => "Samsung",
            Self::OutlookDesktop => "Outlook",
            Self::OutlookMobile => "Outlook Mobile",
            Self::WindowsPhone => "Windows Phone",
            Self::WindowsMobile => "Windows Mobile",
            Self::BlackBerry => "BlackBerry",
            Self::Thunderbird => "Thunderbird",
            Self::Other => "Other",
        }
    }

    /// At what time of day it wants birthdays.
    pub fn birthday(self) -> BirthdayTime {
        let row = BIRTHDAYS.iter().find(|(family, _)| *family == self);
        row.map_or_else(BirthdayTime::default, |(_, time)| *time)
    }

    /// Whether the family has a quirk.
    pub fn has(self, quirk: Quirk) -> bool {
        QUIRKS.iter().any(|(row, families)| *row == quirk && families.contains(&self))
    }
}

fn starts_with(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(device_type: &str, user_agent: &str, family: Family) {
        assert_eq!(Family::of(device_type, user_agent), family, "{device_type} {user_agent}");
    }

    /// Quirk own-name.
    #[test]
    fn programs_are_known_by_what_they_call_themselves() {
        check("IMEI", "NokiaE521/2.00()MailforExchange", Family::MailForExchange);
        check("iphone", "Apple-iPhone15C2/2204.35", Family::Apple);
        check("Android", "Android/5.0.1-EAS-2.0", Family::Android);
        check("Android", "Android-Mail/2025.11.02", Family::Gmail);
        check("SAMSUNGSMG991B", "SAMSUNG-SM-G991B/101.13", Family::Samsung);
        check("WindowsOutlook15", "Outlook/16.0 (16.0.4266.1001; C2R; x64)", Family::OutlookDesktop);
        check("", "Microsoft.Outlook.15", Family::OutlookDesktop);
        check("Outlook", "Outlook-iOS-Android/1.0", Family::OutlookMobile);
        check("WP8", "MSFT-WP/8.10.14226", Family::WindowsPhone);
        check("PocketPC", "MSFT-PPC/5.2.5074", Family::WindowsMobile);
        check("Thunderbird", "Thunderbird ActiveSync", Family::Thunderbird);
        check("FjordPhone", "curl/8", Family::Other);
    }

    #[test]
    fn only_those_that_have_a_quirk_have_it() {
        assert!(Family::OutlookDesktop.has(Quirk::OneContactsFolder));
        assert!(!Family::OutlookMobile.has(Quirk::OneContactsFolder));
        assert!(!Family::Other.has(Quirk::NotProvisionable));
        assert_eq!(Family::Gmail.birthday(), BirthdayTime::Hour(12));
        assert_eq!(Family::Other.birthday(), BirthdayTime::BeforeNoon);
    }
}
