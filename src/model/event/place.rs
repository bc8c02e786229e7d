//! Where an event takes place, as the one name that phones have. Not the places on the net.

use crate::model::calendar::Location;
use crate::model::event::Event;
use crate::model::slot;
use crate::model::slot::Entry;
use crate::model::slot::some_text;

impl Event {
    /// The name of the place.
    pub fn location(&self) -> Option<&str> {
        let location = match self.main_location() {
            Some(key) => self.locations.get(key),
            None => slot::entry(&self.locations, (), 0),
        };
        some_text(location?.name.as_ref())
    }

    /// Sets the name of the place, or takes the place away; other places stay, unseen by the phone.
    pub fn set_location(&mut self, value: Option<&str>) {
        let value = value.filter(|value| !value.is_empty());
        if self.location() == value {
            return;
        }
        let main = self.main_location().map(str::to_owned);
        let Some(value) = value else {
            match main {
                Some(key) => drop(self.locations.remove(&key)),
                None => slot::remove(&mut self.locations, (), 0),
            }
            self.main_location_id = None;
            return slot::hide(&mut self.locations, ());
        };
        match main.and_then(|key| self.locations.get_mut(&key)) {
            Some(location) => location.rename(value),
            None => slot::edit(&mut self.locations, (), 0, |location| location.rename(value)),
        }
    }

    fn main_location(&self) -> Option<&str> {
        self.main_location_id
            .as_deref()
            .filter(|key| self.locations.get(*key).is_some_and(|l| l.kind().is_some()))
    }
}

impl Location {
    /// Another name is another place: what told where the old one was must go.
    fn rename(&mut self, name: &str) {
        self.name = Some(name.to_owned());
        self.coordinates = None;
        self.description = None;
    }
}

impl Entry for Location {
    type Kind = ();
    const PREFIX: &'static str = "l";

    fn kind(&self) -> Option<()> {
        some_text(self.name.as_ref()).map(|_| ())
    }

    fn new(_kind: ()) -> Self {
        Self::default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::model::event::tests::event;
    use crate::model::object::Shape;

    #[test]
    fn the_main_place_is_the_place() {
        let mut meeting = event(json!({"mainLocationId": "b", "locations": {
            "a": {"name": "Parking"}, "b": {"name": "Room 1", "coordinates": "geo:1,2", "x": 1}}}));
        assert_eq!(meeting.location(), Some("Room 1"));
        meeting.set_location(Some("Room 2"));
        assert_eq!(meeting.write()["locations"]["b"], json!({"name": "Room 2", "x": 1}));
        meeting.set_location(None);
        assert_eq!((meeting.location(), meeting.locations.len()), (None, 1));
        meeting.set_location(Some("Room 3"));
        assert_eq!((meeting.location(), meeting.locations.len()), (Some("Room 3"), 2));
    }

    #[test]
    fn the_first_of_several_places_is_the_place() {
        let mut meeting =
            event(json!({"locations": {"a": {"description": "?"}, "b": {"name": "B"}, "c": {"name": "C"}}}));
        assert_eq!(meeting.location(), Some("B"));
        meeting.set_location(None);
        assert_eq!((meeting.location(), meeting.locations.len()), (None, 2));
    }
}
