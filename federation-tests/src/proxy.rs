//! A wire that can be made to fail: bytes go through it, or not, as it is told.

use std::net::SocketAddr;
use std::sync::Arc;
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
    /// Connections stay open, and nothing goes through.
    HalfOpen,
    /// Connections are reset after so many bytes from either side.
    ResetAfter(u64),
    /// Each piece arrives so much later.
    Latency(Duration),
    /// One byte at a time, with a pause after each.
    Slow(Duration),
    /// Now and then a bit is flipped.
    Corrupt,
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

async fn carry(client: TcpStream, target: SocketAddr, mut fault: watch::Receiver<Fault>) {
    if *fault.borrow() == Fault::Cut {
        return;
    }
    let Ok(server) = TcpStream::connect(target).await else { return };
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let up = pump(from_client, to_server, fault.clone());
    let down = pump(from_server, to_client, fault.clone());
    tokio::select! {
        () = up => {}
        () = down => {}
        _ = fault.wait_for(|fault| *fault == Fault::Cut) => {}
    }
}

async fn pump(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    mut fault: watch::Receiver<Fault>,
) {
    let mut buffer = vec![0; 16_384];
    let mut carried: u64 = 0;
    loop {
        let Ok(count @ 1..) = from.read(&mut buffer).await else { return };
        let piece = &mut buffer[..count];
        carried += count as u64;
        let now = *fault.borrow_and_update();
        match now {
            Fault::None => {}
            Fault::Cut => return,
            Fault::HalfOpen => {
                let _ = fault.wait_for(|fault| *fault != Fault::HalfOpen).await;
            }
            Fault::ResetAfter(most) if carried > most => return,
            Fault::ResetAfter(_) => {}
            Fault::Latency(pause) => tokio::time::sleep(pause).await,
            Fault::Slow(pause) => {
                for byte in piece.iter() {
                    if to.write_all(&[*byte]).await.is_err() {
                        return;
                    }
                    if matches!(*fault.borrow(), Fault::Slow(_)) {
                        tokio::time::sleep(pause).await;
                    }
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
            return;
        }
    }
}
