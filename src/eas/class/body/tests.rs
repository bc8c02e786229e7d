//! Bodies in every form and length that phones ask for.

use wbxml::Version;

use crate::eas::class::body::Body;
use crate::eas::class::body::Shown;
use crate::eas::class::body::show;
use crate::eas::class::testing::Phone;
use crate::eas::class::testing::content;
use crate::eas::class::testing::wants;
use crate::eas::preference::BodyPreference;
use crate::eas::preference::BodyType;
use crate::model::class::Class;
use crate::model::content::Content;

fn text(data: &str) -> Body {
    Body::text(data)
}

fn html(data: &str) -> Body {
    Body { data: data.to_owned(), is_html: true }
}

fn up_to(body_type: BodyType, size: u32) -> BodyPreference {
    BodyPreference { truncation_size: Some(size), ..wants(body_type) }
}

fn whole_up_to(body_type: BodyType, size: u32) -> BodyPreference {
    BodyPreference { all_or_none: true, ..up_to(body_type, size) }
}

fn shown(body: &Body, wanted: &[BodyPreference]) -> Shown {
    let phone = Phone { body: wanted.to_vec(), ..Phone::new(Version::V14_1) };
    show(body, &phone.view())
}

#[track_caller]
fn check(body: &Body, wanted: &[BodyPreference], expected: (u8, &str, usize, bool)) {
    let shown = shown(body, wanted);
    assert_eq!((shown.form.0, shown.data.as_str(), shown.size, shown.is_truncated), expected);
}

#[test]
fn the_form_that_fits_best_is_taken() {
    let (plain, rich) = (text("a & b"), html("<b>a</b> &amp; b"));
    check(&plain, &[wants(BodyType::TEXT)], (1, "a & b", 5, false));
    check(&plain, &[wants(BodyType::HTML)], (2, "<html><body>a &amp; b</body></html>", 35, false));
    check(&plain, &[wants(BodyType::HTML), wants(BodyType::TEXT)], (1, "a & b", 5, false));
    check(&rich, &[wants(BodyType::TEXT), wants(BodyType::HTML)], (2, "<b>a</b> &amp; b", 16, false));
    check(&rich, &[wants(BodyType::TEXT)], (1, "a & b", 5, false));
    // Windows Mobile asks for RTF and MIME too, which an event has not.
    check(&plain, &[wants(BodyType::RTF), wants(BodyType::MIME)], (1, "a & b", 5, false));
    check(&plain, &[], (1, "a & b", 5, false));
}

/// Quirk whole-characters.
#[test]
fn a_cut_never_goes_through_a_character() {
    check(&text("æøå"), &[up_to(BodyType::TEXT, 3)], (1, "æ", 6, true));
    check(&text("a\nb"), &[up_to(BodyType::TEXT, 2)], (1, "a", 4, true));
    check(&text("æøå"), &[up_to(BodyType::TEXT, 6)], (1, "æøå", 6, false));
    check(&text("æøå"), &[up_to(BodyType::TEXT, 0)], (1, "", 6, true));
}

/// MS-ASAIRS 2.2.2.3.2: "The first requests HTML, but only if it is small".
#[test]
fn all_or_none_gives_way_to_the_next_form() {
    let rich = html("<b>a long text</b>");
    check(&rich, &[whole_up_to(BodyType::HTML, 5), up_to(BodyType::TEXT, 6)], (1, "a long", 11, true));
    check(
        &rich,
        &[whole_up_to(BodyType::HTML, 500), up_to(BodyType::TEXT, 6)],
        (2, "<b>a long text</b>", 18, false),
    );
    check(&rich, &[whole_up_to(BodyType::HTML, 5)], (2, "", 18, true));
}

/// Quirk preview.
#[test]
fn a_preview_is_plain_and_short_and_not_beside_plain_text() {
    let preview = |body: &Body, form, size| {
        shown(body, &[BodyPreference { preview: Some(size), ..wants(form) }]).preview
    };
    assert_eq!(preview(&html("<p>en</p> <p>to</p>"), BodyType::HTML, 255).as_deref(), Some("en to"));
    assert_eq!(preview(&html("æøåæøå"), BodyType::HTML, 2).as_deref(), Some("æø"));
    assert_eq!(preview(&text("en"), BodyType::TEXT, 255), None);
    assert_eq!(preview(&html(""), BodyType::HTML, 255), None);
}

fn event(description: &str, content_type: &str) -> Content {
    let event = serde_json::json!({"start": "2026-11-02T09:00:00", "timeZone": "Europe/Oslo", "duration": "PT1H",
        "description": description, "descriptionContentType": content_type});
    content(Class::Calendar, &event.to_string())
}

/// Quirk truncated-means-yes.
#[test]
fn truncated_is_told_only_when_it_is_so() {
    let long = event("en lang tekst", "text/plain");
    for version in Version::ALL {
        assert!(!Phone::new(version).xml(&long).contains("Truncated"));
        let phone =
            Phone { body: vec![up_to(BodyType::TEXT, 2)], truncation: Some(2), ..Phone::new(version) };
        assert!(phone.xml(&long).contains("Truncated>1<"), "{version}");
    }
}

#[test]
fn a_cut_body_sent_back_does_not_cut_what_is_kept() {
    for version in Version::ALL {
        for body_type in [BodyType::TEXT, BodyType::HTML] {
            let phone =
                Phone { body: vec![up_to(body_type, 14)], truncation: Some(6), ..Phone::new(version) };
            for event in [
                event("En lang\ntekst & mer\n\n", "text/plain"),
                event("<p>En <b>lang</b> tekst</p>", "text/html"),
            ] {
                assert_eq!(phone.sends_back(&event, Some(&event)).unwrap(), event, "{version}");
            }
        }
    }
}

#[test]
fn a_body_that_was_cut_under_other_options_does_not_cut_what_is_kept() {
    for version in Version::ALL {
        for body_type in [BodyType::TEXT, BodyType::HTML] {
            let shown =
                Phone { body: vec![up_to(body_type, 14)], truncation: Some(6), ..Phone::new(version) };
            let now = |cuts: &[u32]| Phone {
                body: vec![up_to(body_type, 9)],
                truncation: None,
                cuts: cuts.to_vec(),
                ..Phone::new(version)
            };
            let event = event("En lang\ntekst & mer\n\n", "text/plain");
            let xml = shown.xml(&event);
            let sent = |phone: Phone| phone.sends(Class::Calendar, Some(&event), &xml).unwrap();
            assert_eq!(sent(now(&[500, 14, 6])), event, "{version}");
            assert_ne!(sent(now(&[500, 13, 5])), event, "what was cut by hand is a change: {version}");
        }
    }
}

#[track_caller]
fn check_told(form: u8, data: &str, expected: Option<(&str, Option<&str>)>) {
    let phone = Phone::new(Version::V14_1);
    let xml =
        format!("<airsyncbase:Body><airsyncbase:Type>{form}</airsyncbase:Type>{data}</airsyncbase:Body>");
    let base = event("<p>Hei <b>du</b></p>", "text/html");
    let Content::Event(told) = phone.sends(Class::Calendar, Some(&base), &xml).unwrap() else {
        panic!("no event")
    };
    let told = told.description.as_deref().map(|text| (text, told.description_content_type.as_deref()));
    assert_eq!(told, expected);
}

#[test]
fn what_a_phone_says_of_a_body_is_compared_as_text() {
    let data = |text: &str| format!("<airsyncbase:Data>{text}</airsyncbase:Data>");
    let kept = Some(("<p>Hei <b>du</b></p>", Some("text/html")));
    check_told(1, &data("Hei du"), kept);
    check_told(1, &data("Hei du\r\n"), kept);
    check_told(1, "", kept);
    check_told(3, &data("e1xydGY"), kept);
    check_told(1, &data("Hei dere\r\nnå"), Some(("Hei dere\nnå", None)));
    check_told(2, &data("&lt;i&gt;Hei du&lt;/i&gt;"), Some(("<i>Hei du</i>", Some("text/html"))));
    check_told(1, "<airsyncbase:Data/>", None);
}

#[test]
fn hostile_html_takes_no_longer_than_other_html() {
    let nested = format!("{}x{}", "<div>".repeat(50_000), "</div>".repeat(50_000));
    assert_eq!(shown(&html(&nested), &[wants(BodyType::TEXT)]).data, "x");
    for broken in
        ["<", "<!--", "&", "&#;", "&#99999999999;", "<a href='", "</", "é<é>é&é;", "<script>", "&#x;"]
    {
        let _ = shown(&html(broken), &[wants(BodyType::TEXT)]);
    }
}
