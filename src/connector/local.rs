//! The connector that asks nobody: folders of its classes live in Lomme alone, so nothing is pulled nor pushed.

use async_trait::async_trait;
use jiff::Timestamp;

use super::Change;
use super::Collection;
use super::Connector;
use super::Error;
use super::Found;
use super::Page;
use super::Remote;
use super::Result;
use super::Stored;
use super::Strategy;
use super::User;
use super::Write;
use crate::model::content::Content;

/// Nobody on the other side.
#[derive(Clone, Copy, Debug, Default)]
pub struct Local;

#[async_trait]
impl Connector for Local {
    /// None: the default folders are there without it, and no connection fills them.
    async fn collections(&self, _: &User) -> Result<Vec<Collection>> {
        Ok(Vec::new())
    }

    async fn strategy(&self, _: &User, _: &Collection) -> Result<Strategy> {
        Ok(Strategy::Cursor)
    }

    /// Nothing, and never a complete list: what is here is not to be reconciled with anything.
    async fn changes(&self, _: &User, _: &Collection, _: Option<&str>, _: usize) -> Result<Page> {
        Ok(Page { changes: Vec::<Change>::new(), cursor: String::new(), more: false, complete: false })
    }

    async fn modified(&self, _: &User, _: &Collection, _: Timestamp) -> Result<Vec<Remote>> {
        Err(nobody())
    }

    async fn list(&self, _: &User, _: &Collection) -> Result<Vec<(String, String)>> {
        Err(nobody())
    }

    async fn fetch(&self, _: &User, _: &Collection, _: &[String]) -> Result<Vec<Remote>> {
        Err(nobody())
    }

    async fn create(&self, _: &User, _: Write<'_>, _: &Content) -> Result<Stored> {
        Err(nobody())
    }

    async fn update(&self, _: &User, _: Write<'_>, _: &str, _: &str, _: &Content) -> Result<Stored> {
        Err(nobody())
    }

    async fn delete(&self, _: &User, _: Write<'_>, _: &str, _: &str) -> Result<()> {
        Err(nobody())
    }

    async fn search(&self, _: &User, _: &str, _: usize, _: usize) -> Result<Option<Found>> {
        Ok(None)
    }
}

fn nobody() -> Error {
    Error::Protocol("there is nobody on the other side of a local connection".to_owned())
}
