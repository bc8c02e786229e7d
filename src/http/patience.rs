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

use bytes::Bytes;
use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;
use tokio::io::ReadBuf;
use tokio::time::Sleep;

/// What happens on a connection, as far as the other side of hyper has to know. Cloning shares it.
///
/// All sides run in the connection's own task.
#[derive(Clone, Debug, Default)]
pub(super) struct Traffic(Arc<Flags>);

#[derive(Debug, Default)]
struct Flags {
    is_busy: AtomicBool,
    has_unsent: AtomicBool,
}

impl Traffic {
    /// Notes whether a request is being answered.
    pub(super) fn set_busy(&self, is_busy: bool) {
        self.0.is_busy.store(is_busy, Ordering::Relaxed);
    }

    fn is_busy(&self) -> bool {
        self.0.is_busy.load(Ordering::Relaxed)
    }

    /// Whether all that was written is on its way.
    pub(super) fn is_sent(&self) -> bool {
        !self.0.has_unsent.load(Ordering::Relaxed)
    }

    fn set_unsent(&self, has_unsent: bool) {
        self.0.has_unsent.store(has_unsent, Ordering::Relaxed);
    }
}

/// The stream, which fails when a head takes too long.
#[derive(Debug)]
pub(super) struct Patient<T> {
    stream: T,
    head_time: Duration,
    traffic: Traffic,
    /// What is read before all else.
    put_back: Bytes,
    /// Only while a head is on its way: a waiting phone has none.
    deadline: Option<Pin<Box<Sleep>>>,
}

impl<T> Patient<T> {
    /// The first head is expected at once.
    pub(super) fn new(stream: T, head_time: Duration, traffic: Traffic) -> Self {
        let deadline = Some(Box::pin(tokio::time::sleep(head_time)));
        Self { stream, head_time, traffic, put_back: Bytes::new(), deadline }
    }

    /// Has these bytes read before what comes over the line.
    pub(super) fn put_back(&mut self, bytes: Vec<u8>) {
        self.put_back = bytes.into();
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Patient<T> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.put_back.is_empty() {
            let length = this.put_back.len().min(into.remaining());
            into.put_slice(&this.put_back.split_to(length));
            return Poll::Ready(Ok(()));
        }
        if this.traffic.is_busy() {
            this.deadline = None;
        }
        let filled = into.filled().len();
        let outcome = Pin::new(&mut this.stream).poll_read(cx, into);
        if outcome.is_ready() {
            if into.filled().len() > filled && !this.traffic.is_busy() && this.deadline.is_none() {
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
        let this = self.get_mut();
        this.traffic.set_unsent(true);
        Pin::new(&mut this.stream).poll_write(cx, from)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        from: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.traffic.set_unsent(true);
        Pin::new(&mut this.stream).poll_write_vectored(cx, from)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let outcome = Pin::new(&mut this.stream).poll_flush(cx);
        this.traffic.set_unsent(!matches!(outcome, Poll::Ready(Ok(()))));
        outcome
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
