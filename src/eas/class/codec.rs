//! How single values stand in an element: text, days, addresses, lists, numbers. No field and no class.

use std::str::FromStr;

use wbxml::Element;
use wbxml::Tag;
use wbxml::Writer;

use crate::eas::class::Unreadable;

/// Any text.
pub(super) mod text {
    use wbxml::Element;
    use wbxml::Tag;
    use wbxml::Writer;

    use crate::eas::class::Reading;
    use crate::eas::class::Unreadable;
    use crate::eas::class::View;

    pub(in crate::eas::class) fn read(element: Element<'_>, _: &Reading<'_>) -> Result<String, Unreadable> {
        Ok(element.text().to_owned())
    }

    pub(in crate::eas::class) fn lend(told: &Option<String>) -> Option<&str> {
        told.as_deref()
    }

    pub(in crate::eas::class) fn write(value: impl AsRef<str>, tag: Tag, _: &View<'_>, writer: &mut Writer) {
        if !value.as_ref().is_empty() {
            writer.text(tag, value.as_ref());
        }
    }
}

/// An e-mail address, which phones send as `Name <address>` too.
pub(super) mod address {
    use wbxml::Element;

    use crate::eas::class::Reading;
    use crate::eas::class::Unreadable;

    pub(in crate::eas::class) use super::text::lend;
    pub(in crate::eas::class) use super::text::write;

    pub(in crate::eas::class) fn read(element: Element<'_>, _: &Reading<'_>) -> Result<String, Unreadable> {
        Ok(bare(element.text()).to_owned())
    }

    /// The address alone.
    pub(in crate::eas::class) fn bare(text: &str) -> &str {
        let inner = text.trim().strip_suffix('>').and_then(|text| text.rsplit_once('<'));
        inner.map_or(text, |(_, address)| address).trim()
    }
}

/// A day to remember, which the protocol can only tell as a point in time.
pub(super) mod day {
    use jiff::civil::Date;
    use jiff::civil::Time;
    use jiff::civil::time;
    use wbxml::Element;
    use wbxml::Tag;
    use wbxml::Writer;

    use crate::eas::class::BirthdayTime;
    use crate::eas::class::Reading;
    use crate::eas::class::Unreadable;
    use crate::eas::class::View;
    use crate::eas::date;

    // Midnight where the phone is, or some hour in UTC that means nothing: iOS, Android, BlackBerry and
    // Windows Mobile all differ, so the nearest day it is, unless it is midnight where the owner is.
    pub(in crate::eas::class) fn read(
        element: Element<'_>,
        reading: &Reading<'_>,
    ) -> Result<Date, Unreadable> {
        let unreadable = Unreadable::at(element, "not a date");
        let clock = date::parse(element.text()).ok_or(unreadable)?;
        let local = date::instant(clock).map(|time| reading.view.owner.zone.to_datetime(time));
        if let Some(local) = local.filter(|local| local.time() == Time::midnight()) {
            return Ok(local.date());
        }
        let is_evening = clock.time() > time(12, 0, 0, 0);
        if is_evening { clock.date().tomorrow().map_err(|_| unreadable) } else { Ok(clock.date()) }
    }

    pub(in crate::eas::class) fn lend(told: &Option<Date>) -> Option<Date> {
        *told
    }

    pub(in crate::eas::class) fn write(day: Date, tag: Tag, view: &View<'_>, writer: &mut Writer) {
        let at = match view.birthday {
            BirthdayTime::BeforeNoon => day.at(11, 59, 0, 0),
            BirthdayTime::Hour(hour) => day.at(hour.clamp(0, 12), 0, 0, 0),
            BirthdayTime::LocalMidnight => {
                let midnight = view.owner.zone.to_timestamp(day.at(0, 0, 0, 0));
                midnight.map_or_else(|_| day.at(0, 0, 0, 0), date::utc)
            }
        };
        writer.text(tag, &date::dashed(at));
    }
}

/// A picture in base64.
pub(super) mod picture {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use wbxml::Element;

    use crate::eas::class::Reading;
    use crate::eas::class::Unreadable;

    /// MS-ASCNTC 2.2.2.55 (Picture): 48 kB of base64 at most.
    const LIMIT: usize = 48 * 1024;

    pub(in crate::eas::class) fn read(element: Element<'_>, _: &Reading<'_>) -> Result<String, Unreadable> {
        if element.is_opaque() && !element.text().is_ascii() || element.text().is_empty() {
            return Ok(STANDARD.encode(element.bytes()));
        }
        let base64: String = element.text().split_ascii_whitespace().collect();
        if !fits(&base64) {
            return Err(Unreadable::at(element, "a picture of more than 48 kB"));
        }
        match STANDARD.decode(&base64) {
            Ok(_) => Ok(base64),
            Err(_) => Err(Unreadable::at(element, "not base64")),
        }
    }

    /// Whether a phone may be shown it.
    pub(in crate::eas::class) fn fits(base64: &str) -> bool {
        base64.len() <= LIMIT
    }
}

/// How much others may see (MS-ASCAL 2.2.2.41, MS-ASTASK 2.2.2.24 Sensitivity).
pub(super) mod sensitivity {
    use wbxml::Element;

    use crate::eas::class::Unreadable;
    use crate::model::calendar::Sensitivity;

    const ALL: [Sensitivity; 4] =
        [Sensitivity::Normal, Sensitivity::Personal, Sensitivity::Private, Sensitivity::Confidential];

    pub(in crate::eas::class) fn read(element: Option<Element<'_>>) -> Result<Sensitivity, Unreadable> {
        let told = element.map_or(Ok(0), |element| super::number(element, 0, 3))?;
        Ok(ALL.get(told).copied().unwrap_or(Sensitivity::Normal))
    }

    pub(in crate::eas::class) fn number(value: Sensitivity) -> usize {
        ALL.into_iter().position(|known| known == value).unwrap_or_default()
    }
}

/// The texts of the children; none of no element.
pub(super) fn list(element: Option<Element<'_>>, child: Tag) -> Vec<&str> {
    let children = element.into_iter().flat_map(Element::children).filter(|found| found.tag() == child);
    children.map(Element::text).filter(|text| !text.is_empty()).collect()
}

/// Writes such a list; an empty one is no element.
pub(super) fn write_list(items: impl Iterator<Item: AsRef<str>>, tag: Tag, child: Tag, writer: &mut Writer) {
    writer.container(tag, |writer| {
        // MS-ASCAL 2.2.2.11 (Category) and its kin: no more than 300.
        for item in items.take(300) {
            writer.text(child, item.as_ref());
        }
    });
}
/// A number within these bounds.
pub(super) fn number<T: Copy + FromStr + PartialOrd>(
    element: Element<'_>,
    least: T,
    most: T,
) -> Result<T, Unreadable> {
    let number = element.text().trim().parse::<T>().ok().filter(|number| least <= *number && *number <= most);
    number.ok_or_else(|| Unreadable::at(element, "not a number it may hold"))
}
