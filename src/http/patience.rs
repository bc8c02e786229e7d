//! A connection whose client may rest between two requests, but not within the head of one. Reads no request.
//!
//! hyper has one time-out for both, which would have to be short for those who send a byte a second and long for
//! phones that ask every few minutes.

use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::task::Context;
use std::task::Poll;
use std::time::Duration;

use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;
use tokio::io::ReadBuf;
use tokio::time::Sleep;

/// Whether a request is being answered. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub(super) struct Busy(Arc<AtomicBool>);

impl Busy {
    pub(super) fn set(&self, is_busy: bool) {
        // Both sides run in the connection's own task.
        self.0.store(is_busy, Ordering::Relaxed);
    }

    fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The stream, which fails when a head takes too long.
#[derive(Debug)]
pub(super) struct Patient<T> {
    stream: T,
    head_time: Duration,
    busy: Busy,
    /// Only while a head is on its way: a waiting phone has none.
    deadline: Option<Pin<Box<Sleep>>>,
}

impl<T> Patient<T> {
    /// The first head is expected at once.
    pub(super) fn new(stream: T, head_time: Duration, busy: Busy) -> Self {
        let deadline = Some(Box::pin(tokio::time::sleep(head_time)));
        Self { stream, head_time, busy, deadline }
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Patient<T> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.busy.is_set() {
            this.deadline = None;
        }
        let filled = into.filled().len();
        let outcome = Pin::new(&mut this.stream).poll_read(cx, into);
        if outcome.is_ready() {
            if into.filled().len() > filled && !this.busy.is_set() && this.deadline.is_none() {
                this.deadline = Some(Box::pin(tokio::time::sleep(this.head_time)));
            }
            return outcome;
        }
        match this.deadline.as_mut().map(|deadline| deadline.as_mut().poll(cx)) {
            Some(Poll::Ready(())) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Some(Poll::Pending) | None => Poll::Pending,
        }
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Patient<T> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, from)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        from: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(cx, from)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
