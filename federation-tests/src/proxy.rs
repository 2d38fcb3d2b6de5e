//! A wire that can be made to fail: bytes go through it, or not, as it is told.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What the wire does with connections, those that are open included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fault {
    /// Nothing: bytes go through.
    None,
    /// Connections are closed, and new ones too.
    Cut,
    /// Connections stay open, and nothing goes through until it is mended.
    Stalled,
    /// Connections stay open at either end and lead nowhere, even after the wire is mended; new ones, too.
    HalfOpen,
    /// Connections are reset after so many bytes from either side.
    ResetAfter(u64),
    /// Each piece arrives so much later.
    Latency(Duration),
    /// Pieces arrive up to so much later, so that connections overtake each other.
    Reorder(Duration),
    /// One byte at a time, with a pause after each.
    Slow(Duration),
    /// Now and then a bit is flipped.
    Corrupt,
}

impl Fault {
    /// One of each kind that a server has to live with, quick enough for a test.
    pub const ALL: [Fault; 8] = [
        Fault::Cut,
        Fault::Stalled,
        Fault::HalfOpen,
        Fault::ResetAfter(3_000),
        Fault::Latency(Duration::from_millis(30)),
        Fault::Reorder(Duration::from_millis(60)),
        Fault::Slow(Duration::from_micros(50)),
        Fault::Corrupt,
    ];
}

pub struct Proxy {
    pub address: SocketAddr,
    fault: watch::Sender<Fault>,
    target: Arc<std::sync::Mutex<SocketAddr>>,
}

impl Proxy {
    pub async fn start(target: SocketAddr) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let fault = watch::Sender::new(Fault::None);
        let target = Arc::new(std::sync::Mutex::new(target));
        let (state, to) = (fault.clone(), target.clone());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (fault, to) = (state.subscribe(), *to.lock().expect("a target"));
                tokio::spawn(carry(client, to, fault));
            }
        });
        Proxy { address, fault, target }
    }

    pub fn set(&self, fault: Fault) {
        self.fault.send_replace(fault);
    }

    /// Where the other end is from now on.
    pub fn aim(&self, target: SocketAddr) {
        *self.target.lock().expect("a target") = target;
    }
}

/// How one direction of a connection ended.
#[derive(PartialEq)]
enum End {
    Closed,
    Reset,
}

async fn carry(mut client: TcpStream, target: SocketAddr, mut fault: watch::Receiver<Fault>) {
    if *fault.borrow() == Fault::Cut {
        return;
    }
    let Ok(mut server) = TcpStream::connect(target).await else { return };
    let ends = {
        let (from_client, to_client) = client.split();
        let (from_server, to_server) = server.split();
        tokio::select! {
            end = pump(from_client, to_server, fault.clone()) => end,
            end = pump(from_server, to_client, fault.clone()) => end,
            _ = fault.wait_for(|fault| *fault == Fault::Cut) => End::Closed,
        }
    };
    if ends == End::Reset {
        // Without lingering a close is a reset.
        let _ = client.set_zero_linger();
        let _ = server.set_zero_linger();
    }
}

/// A number from 0 to 999, another each time and the same in every run.
fn draw() -> u32 {
    static DRAWN: AtomicU64 = AtomicU64::new(0);
    let mixed = DRAWN.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 32) as u32 % 1_000
}

async fn pump(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    mut fault: watch::Receiver<Fault>,
) -> End {
    let mut buffer = vec![0; 16_384];
    let mut carried: u64 = 0;
    loop {
        let Ok(count @ 1..) = from.read(&mut buffer).await else {
            // That one end went away does not get through either.
            return if *fault.borrow() == Fault::HalfOpen {
                std::future::pending().await
            } else {
                End::Closed
            };
        };
        let piece = &mut buffer[..count];
        carried += count as u64;
        let now = *fault.borrow_and_update();
        match now {
            Fault::None => {}
            Fault::Cut => return End::Closed,
            Fault::Stalled => {
                let _ = fault.wait_for(|fault| *fault != Fault::Stalled).await;
            }
            // What comes is taken, goes nowhere, and no answer ever comes of it.
            Fault::HalfOpen => std::future::pending().await,
            Fault::ResetAfter(most) if carried > most => return End::Reset,
            Fault::ResetAfter(_) => {}
            Fault::Latency(pause) => tokio::time::sleep(pause).await,
            Fault::Reorder(most) => tokio::time::sleep(most * draw() / 1_000).await,
            Fault::Slow(pause) => {
                if drip(&mut to, piece, pause, &fault).await.is_err() {
                    return End::Closed;
                }
                continue;
            }
            Fault::Corrupt => {
                if carried > 2_000 {
                    piece[count / 2] ^= 1;
                }
            }
        }
        if to.write_all(piece).await.is_err() {
            return End::Closed;
        }
    }
}

/// Byte after byte, for as long as the wire is slow.
async fn drip(
    to: &mut (impl AsyncWriteExt + Unpin),
    piece: &[u8],
    pause: Duration,
    fault: &watch::Receiver<Fault>,
) -> std::io::Result<()> {
    for (at, byte) in piece.iter().enumerate() {
        to.write_all(&[*byte]).await?;
        if !matches!(*fault.borrow(), Fault::Slow(_)) {
            return to.write_all(&piece[at + 1..]).await;
        }
        tokio::time::sleep(pause).await;
    }
    Ok(())
}
