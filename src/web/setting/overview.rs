//! The first page of a user: whether all is well with his phones.

use askama::Template;
use axum::response::Response;

use super::Place;
use crate::govern::description::Information;
use crate::store::device;
use crate::store::device::Device;
use crate::web::Web;
use crate::web::failure::Failure;
use crate::web::page;
use crate::web::page::Page;
use crate::web::session::Visit;

#[derive(Template)]
#[template(path = "setting/overview.html")]
struct Overview {
    page: Page,
    phones: Vec<Phone>,
}

/// A phone in short.
struct Phone {
    name: String,
    seen: String,
    is_blocked: bool,
}

pub(super) async fn show(web: &Web, visit: &Visit) -> Result<Response, Failure> {
    let title = visit.fill("overview-title", "name", &visit.account.name);
    let page = super::page(web, visit, &title, Place::Overview).await?;
    let devices = device::list(&mut *web.app.store().read().await?, visit.account.id).await?;
    let phones =
        devices.iter().filter(|device| !device.is_probe()).map(|device| phone(&page, device)).collect();
    page::show(&Overview { page: page.clone(), phones }, &page)
}

fn phone(page: &Page, device: &Device) -> Phone {
    let said = Information::read(&device.information).device.unwrap_or_default();
    Phone {
        name: said.friendly_name.or(said.model).unwrap_or_else(|| device.kind.clone()),
        seen: page.time(&device.seen_at),
        is_blocked: device.blocked_at.is_some(),
    }
}
