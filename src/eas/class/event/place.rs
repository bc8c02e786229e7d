//! Where an event is, from 16.0 on (MS-ASAIRS 2.2.2.28 Location): a name, and more about it than JSCalendar's
//! `Location` has properties for; those it has not stay with the place under names of our own.

use wbxml::Element;
use wbxml::Tag;
use wbxml::Writer;
use wbxml::airsyncbase;

use crate::eas::class::Reading;
use crate::eas::class::Unreadable;
use crate::eas::class::View;
use crate::model::calendar::Location;
use crate::model::event::Event;
use crate::model::object::set_text;
use crate::model::object::text;

/// The elements that are kept as they come, and where.
const KEPT: [(Tag, &str); 6] = [
    (airsyncbase::STREET, "lomme.app:street"),
    (airsyncbase::CITY, "lomme.app:city"),
    (airsyncbase::STATE, "lomme.app:state"),
    (airsyncbase::COUNTRY, "lomme.app:country"),
    (airsyncbase::POSTAL_CODE, "lomme.app:postalCode"),
    (airsyncbase::LOCATION_URI, "lomme.app:locationUri"),
];
const ALTITUDE_ACCURACY: &str = "lomme.app:altitudeAccuracy";

/// A point on the globe as a `geo:` URI tells it (RFC 5870).
#[derive(Debug, Default, PartialEq)]
struct Point {
    latitude: Option<String>,
    longitude: Option<String>,
    altitude: Option<String>,
    accuracy: Option<String>,
}

fn place(item: &Event) -> Option<&Location> {
    let name = item.location()?;
    item.locations.values().find(|place| place.name.as_deref() == Some(name))
}

pub(in crate::eas::class) fn write_place(item: &Event, tag: Tag, _: &View<'_>, writer: &mut Writer) {
    let Some(place) = place(item) else { return };
    let point = place.coordinates.as_deref().map(Point::parse).unwrap_or_default();
    let kept = |tag| {
        let (_, property) = KEPT.into_iter().find(|(kept, _)| *kept == tag)?;
        text(&place.other, property)
    };
    let children = [
        (airsyncbase::DISPLAY_NAME, place.name.as_deref()),
        (airsyncbase::ANNOTATION, place.description.as_deref()),
        (airsyncbase::STREET, kept(airsyncbase::STREET)),
        (airsyncbase::CITY, kept(airsyncbase::CITY)),
        (airsyncbase::STATE, kept(airsyncbase::STATE)),
        (airsyncbase::COUNTRY, kept(airsyncbase::COUNTRY)),
        (airsyncbase::POSTAL_CODE, kept(airsyncbase::POSTAL_CODE)),
        (airsyncbase::LATITUDE, point.latitude.as_deref()),
        (airsyncbase::LONGITUDE, point.longitude.as_deref()),
        (airsyncbase::ACCURACY, point.accuracy.as_deref()),
        (airsyncbase::ALTITUDE, point.altitude.as_deref()),
        (airsyncbase::ALTITUDE_ACCURACY, text(&place.other, ALTITUDE_ACCURACY)),
        (airsyncbase::LOCATION_URI, kept(airsyncbase::LOCATION_URI)),
    ];
    writer.container(tag, |writer| {
        for (tag, text) in children {
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                writer.text(tag, text);
            }
        }
    });
}

pub(super) fn read_place(
    item: &mut Event,
    element: Option<Element<'_>>,
    _: &Reading<'_>,
) -> Result<(), Unreadable> {
    let Some(element) = element else {
        item.set_location(None);
        return Ok(());
    };
    let filled = |tag| element.child(tag).map(Element::text).filter(|text| !text.is_empty());
    // A place without a name is called by its address.
    let parts = [airsyncbase::STREET, airsyncbase::CITY, airsyncbase::LOCATION_URI, airsyncbase::ANNOTATION];
    let name = filled(airsyncbase::DISPLAY_NAME).or_else(|| parts.into_iter().find_map(filled));
    let is_name_only = element.children().all(|child| child.tag() == airsyncbase::DISPLAY_NAME);
    if name.is_some() && name == item.location() && is_name_only {
        // Thunderbird knows no more of a place than its name.
        return Ok(());
    }
    item.set_location(name);
    let Some(name) = name else { return Ok(()) };
    let point = Point::told(element)?;
    let Some(place) = item.locations.values_mut().find(|place| place.name.as_deref() == Some(name)) else {
        return Ok(());
    };
    place.description = filled(airsyncbase::ANNOTATION).map(str::to_owned);
    let known = place.coordinates.as_deref().map(Point::parse).unwrap_or_default();
    if known != point {
        place.coordinates = point.uri();
    }
    for (tag, property) in KEPT {
        set_text(&mut place.other, property, filled(tag));
    }
    set_text(&mut place.other, ALTITUDE_ACCURACY, filled(airsyncbase::ALTITUDE_ACCURACY));
    Ok(())
}

impl Point {
    fn parse(uri: &str) -> Self {
        let Some(rest) = uri.strip_prefix("geo:") else { return Self::default() };
        let (numbers, parameters) = rest.split_once(';').unwrap_or((rest, ""));
        let mut numbers = numbers.split(',').map(str::to_owned);
        let (latitude, longitude, altitude) = (numbers.next(), numbers.next(), numbers.next());
        let accuracy =
            parameters.split(';').find_map(|parameter| parameter.strip_prefix("u=")).map(str::to_owned);
        Self { latitude, longitude, altitude, accuracy }
    }

    fn told(element: Element<'_>) -> Result<Self, Unreadable> {
        let number = |tag: Tag, most: f64| {
            let Some(child) = element.child(tag).filter(|child| !child.is_empty()) else { return Ok(None) };
            let text = child.text().trim();
            let is_sound = text.parse::<f64>().is_ok_and(|number| number.abs() <= most);
            if is_sound {
                Ok(Some(text.to_owned()))
            } else {
                Err(Unreadable::at(child, "not a number it may hold"))
            }
        };
        Ok(Self {
            latitude: number(airsyncbase::LATITUDE, 90.0)?,
            longitude: number(airsyncbase::LONGITUDE, 180.0)?,
            altitude: number(airsyncbase::ALTITUDE, f64::MAX)?,
            accuracy: number(airsyncbase::ACCURACY, f64::MAX)?,
        })
    }

    fn uri(&self) -> Option<String> {
        let mut uri = format!("geo:{},{}", self.latitude.as_ref()?, self.longitude.as_ref()?);
        if let Some(altitude) = &self.altitude {
            uri = format!("{uri},{altitude}");
        }
        if let Some(accuracy) = &self.accuracy {
            uri = format!("{uri};u={accuracy}");
        }
        Some(uri)
    }
}
