//! The second factor: proposed, confirmed by a first code, asked for at each log-in on the pages, used up, switched off.

use std::net::IpAddr;

use jiff::Timestamp;

use super::Auth;
use super::Guess;
use super::Refusal;
use super::totp;
use crate::app::App;
use crate::model::id::AccountId;
use crate::secret;
use crate::store;
use crate::store::Tx;
use crate::store::account::Account;
use crate::store::factor;
use crate::store::retrying;

/// What the vault keeps secrets apart by.
const PURPOSE: &str = "factor";

/// Codes that help once each who has lost the program.
const CODES: usize = 10;

/// What is typed or photographed to set up an authenticator program.
#[derive(Clone)]
pub struct Proposal {
    /// The secret, for those who type.
    pub secret: String,
    /// The address, for those who photograph.
    pub address: String,
}

impl std::fmt::Debug for Proposal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Proposal(…)")
    }
}

impl Auth {
    /// Makes a secret. Nothing is asked for until a code of it was shown.
    pub async fn propose_factor(&self, app: &App, account: &Account) -> Result<Proposal, Refusal> {
        let fresh: [u8; totp::SECRET] = app.random();
        let (typed, address) = (totp::base32(&fresh), totp::address(&account.email, &fresh));
        let hex: String = fresh.iter().map(|byte| format!("{byte:02x}")).collect();
        let sealed = app.vault().seal_for(account.id, PURPOSE, app.random(), &hex);
        let sealed = sealed.ok_or(Refusal::Failed)?;
        retrying(async || {
            let mut tx = app.store().begin().await?;
            factor::propose(&mut tx, account.id, &sealed).await?;
            tx.commit().await
        })
        .await?;
        Ok(Proposal { secret: typed, address })
    }

    /// Has a code asked for from now on, after the first one is right; what helps without the program.
    pub async fn confirm_factor(
        &self,
        app: &App,
        account: &Account,
        said: &str,
        address: IpAddr,
    ) -> Result<Vec<String>, Refusal> {
        self.check_factor(app, account, said, address).await?;
        let codes = codes(app);
        retrying(async || {
            let mut tx = app.store().begin().await?;
            factor::switch_on(&mut tx, account.id, app.now()).await?;
            keep(&mut tx, account.id, &codes).await?;
            tx.commit().await
        })
        .await?;
        self.forget(account.id);
        Ok(codes)
    }

    /// Whether a code of the program is right, or one of those that help without it. Each is good once.
    pub async fn check_factor(
        &self,
        app: &App,
        account: &Account,
        said: &str,
        address: IpAddr,
    ) -> Result<(), Refusal> {
        let guess = Guess::Factor(account.id);
        self.admit(app, address, &guess).await?;
        if retrying(|| use_up(app, account.id, said, app.now())).await? {
            return Ok(());
        }
        self.was_wrong(app, address, &guess);
        Err(Refusal::Wrong)
    }

    /// Other codes that help without the program, instead of those that were made before.
    pub async fn renew_codes(&self, app: &App, account: AccountId) -> Result<Vec<String>, Refusal> {
        let codes = codes(app);
        retrying(async || {
            let mut tx = app.store().begin().await?;
            keep(&mut tx, account, &codes).await?;
            tx.commit().await
        })
        .await?;
        Ok(codes)
    }

    /// Asks for a code no more.
    pub async fn drop_factor(&self, app: &App, account: AccountId) -> Result<(), Refusal> {
        retrying(async || {
            let mut tx = app.store().begin().await?;
            factor::switch_off(&mut tx, account).await?;
            tx.commit().await
        })
        .await?;
        self.forget(account);
        Ok(())
    }
}

/// Sixteen letters each, in fours.
fn codes(app: &App) -> Vec<String> {
    (0..CODES).map(|_| secret::in_fours(&secret::letters(&app.random::<16>()))).collect()
}

async fn keep(tx: &mut Tx, account: AccountId, codes: &[String]) -> store::Result<()> {
    let hashes: Vec<String> = codes.iter().map(|code| secret::hash(&secret::typed(code))).collect();
    factor::set_codes(tx, account, &hashes).await
}

async fn use_up(app: &App, account: AccountId, said: &str, now: Timestamp) -> store::Result<bool> {
    let mut tx = app.store().begin().await?;
    let Some(found) = factor::find(&mut tx, account).await? else { return Ok(false) };
    let opened = app.vault().open_for(account, PURPOSE, &found.secret);
    let step = opened.and_then(|hex| totp::accepted(&from_hex(&hex), said, now, found.last_step));
    let is_right = match step {
        Some(step) => factor::use_step(&mut tx, account, step).await?,
        None => factor::use_code(&mut tx, account, &secret::hash(&secret::typed(said))).await?,
    };
    tx.commit().await?;
    Ok(is_right)
}

fn from_hex(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap_or_default());
    pairs.filter_map(|pair| u8::from_str_radix(pair, 16).ok()).collect()
}
