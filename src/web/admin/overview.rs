//! The first page of an administrator: what needs attention, how many phones there are, what happened lately.

use askama::Template;
use axum::extract::Query;
use axum::extract::State;
use axum::response::Response;
use jiff::SignedDuration;
use serde::Deserialize;

use super::Governor;
use super::Place;
use super::plot;
use super::plot::Plot;
use super::plot::Span;
use crate::govern::overview;
use crate::govern::overview::Attention;
use crate::govern::overview::Overview;
use crate::web::Web;
use crate::web::failure::Failure;
use crate::web::page;
use crate::web::page::Page;

/// What the address says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    span: String,
}

#[derive(Template)]
#[template(path = "admin/overview.html")]
struct Shown {
    page: Page,
    attention: Vec<(String, &'static str)>,
    figures: Vec<(String, i64)>,
    plots: Vec<Plot>,
    is_month: bool,
    families: Vec<(String, String, i64)>,
    errors: Vec<(String, i64)>,
}

pub(super) async fn show(
    State(web): State<Web>,
    by: Governor,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let page = by.page(&web, "admin-overview", Place::Overview);
    let is_month = asked.span == "month";
    let span = SignedDuration::from_hours(if is_month { 24 * 30 } else { 24 });
    let Overview { devices, active, people, attention, shares, tallies, errors } =
        overview::of(&web.app, &by.actor, by.organisation, span).await?;
    let figures = [
        ("admin-figure-devices", devices),
        ("admin-figure-active", active),
        ("admin-figure-accounts", people),
    ];
    let span = Span { now: web.app.now(), is_month };
    let name = |key: &str| page.say(key).into_owned();
    let plots = vec![
        plot::most(name("admin-plot-phones"), &tallies, "phones", span),
        plot::most(name("plot-waiting"), &tallies, "waiting", span),
        plot::percentile(name("plot-delay-50"), &tallies, 50, span),
        plot::percentile(name("plot-delay-99"), &tallies, 99, span),
        plot::of(name("admin-plot-requests"), &tallies, "requests", span),
        plot::of(name("admin-plot-errors"), &tallies, "errors", span),
        plot::of(name("admin-plot-pulls"), &tallies, "pulls", span),
    ];
    let shown = Shown {
        attention: attention.iter().map(|attention| told(&page, attention)).collect(),
        figures: figures.into_iter().map(|(key, number)| (page.say(key).into_owned(), number)).collect(),
        plots,
        is_month,
        families: shares,
        errors,
        page: page.clone(),
    };
    page::show(&shown, &page)
}

/// What needs attention, and where that is seen to.
fn told(page: &Page, attention: &Attention) -> (String, &'static str) {
    let (key, count, path) = match *attention {
        Attention::Quarantined(count) => {
            ("admin-news-quarantined", count, "/admin/devices?state=quarantined")
        }
        Attention::Paused(count) => ("admin-news-paused", count, "/admin/runs"),
        Attention::Failing(count) => ("admin-news-failing", count, "/admin/runs"),
        Attention::Ordered(count) => ("admin-news-ordered", count, "/admin/devices?state=ordered"),
    };
    (page.fill(key, "count", count).into_owned(), path)
}
