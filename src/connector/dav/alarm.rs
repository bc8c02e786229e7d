//! VALARM and the alerts of the model. Rings nothing.

use crate::connector::dav::kept::Kept;
use crate::connector::dav::line::Component;
use crate::connector::dav::line::Property;
use crate::connector::dav::time;
use crate::model::calendar::Alert;
use crate::model::calendar::RelativeTo;
use crate::model::calendar::Trigger;
use crate::model::object::set_text;

/// Reads an alarm; none if nobody could tell when it rings.
pub fn read(component: &Component) -> Option<Alert> {
    let mut alert = Alert { trigger: Some(trigger(component.property("TRIGGER")?)?), ..Alert::default() };
    let mut kept = Kept::default();
    kept.components.clone_from(&component.components);
    for property in component.properties.iter().filter(|property| property.name != "TRIGGER") {
        let value = property.value.trim().to_ascii_lowercase();
        match property.name.as_str() {
            "ACTION" if matches!(value.as_str(), "display" | "email") => alert.action = Some(value),
            "ACKNOWLEDGED" if time::parse_instant(&property.value).is_some() => {
                alert.acknowledged = time::parse_instant(&property.value);
            }
            _ => kept.properties.push(property.clone()),
        }
    }
    kept.lay("valarm", &mut alert.other);
    Some(alert)
}

fn trigger(property: &Property) -> Option<Trigger> {
    let mut trigger = Trigger::default();
    if let Ok(offset) = property.value.trim().parse() {
        trigger.offset = Some(offset);
        let is_end = property.parameter("RELATED").is_some_and(|related| related.eq_ignore_ascii_case("END"));
        trigger.relative_to = is_end.then_some(RelativeTo::End);
        set_text(&mut trigger.other, "@type", Some("OffsetTrigger"));
    } else {
        trigger.when = Some(time::parse_instant(&property.value)?);
        set_text(&mut trigger.other, "@type", Some("AbsoluteTrigger"));
    }
    Some(trigger)
}

/// The alarm; none if the alert never rings.
pub fn write(alert: &Alert, title: &str) -> Option<Component> {
    let trigger = alert.trigger.as_ref()?;
    let mut component = Component::new("VALARM");
    component.push(match (trigger.when, trigger.offset) {
        (Some(when), _) => Property::raw("TRIGGER", time::utc_text(when)).with("VALUE", "DATE-TIME"),
        (None, Some(offset)) => {
            let property = Property::raw("TRIGGER", offset.to_string());
            if trigger.relative_to == Some(RelativeTo::End) {
                property.with("RELATED", "END")
            } else {
                property
            }
        }
        (None, None) => return None,
    });
    let kept = Kept::of(&alert.other);
    let has = |name: &str| kept.properties.iter().any(|property| property.name == name);
    let action = alert.action.as_deref().unwrap_or("display").to_ascii_uppercase();
    if !has("ACTION") {
        // RFC 5545 3.6.6: DISPLAY must have a description, EMAIL a summary and an attendee as well.
        let is_email = action == "EMAIL" && has("ATTENDEE");
        component.push(Property::raw("ACTION", if is_email { "EMAIL" } else { "DISPLAY" }));
        if !has("DESCRIPTION") {
            component.push(Property::text("DESCRIPTION", if title.is_empty() { "-" } else { title }));
        }
    }
    if let Some(acknowledged) = alert.acknowledged {
        component.push(Property::raw("ACKNOWLEDGED", time::utc_text(acknowledged)));
    }
    component.properties.extend(kept.properties);
    component.components = kept.components;
    Some(component)
}
