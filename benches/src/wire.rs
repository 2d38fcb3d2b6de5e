//! HTTP and WebSockets by hand, as little as a load generator needs: what it spends itself, the server lacks.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How large one answer or frame may be.
const BYTES_MAX: usize = 64 * 1024 * 1024;
const READ_BYTES: usize = 64 * 1024;

fn broken(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// The server said goodbye: RFC 6455, section 5.5.1.
fn closed(payload: &[u8]) -> io::Error {
    let (code, reason) = payload.split_at_checked(2).unwrap_or_default();
    let code = code.iter().fold(0_u32, |code, byte| code << 8 | u32::from(*byte));
    let why = format!("closed by the server: {code} {}", String::from_utf8_lossy(reason));
    io::Error::new(io::ErrorKind::ConnectionAborted, why)
}

pub fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

/// What came and was not used yet.
struct Incoming {
    stream: TcpStream,
    buffer: Vec<u8>,
    begin: usize,
    end: usize,
}

impl Incoming {
    fn new(stream: TcpStream) -> Incoming {
        Incoming { stream, buffer: Vec::new(), begin: 0, end: 0 }
    }

    fn bytes(&self) -> &[u8] {
        &self.buffer[self.begin..self.end]
    }

    /// Waits for more; room is made for `wanted` bytes in all.
    async fn more(&mut self, wanted: usize) -> io::Result<()> {
        if wanted > BYTES_MAX {
            return Err(broken("too much"));
        }
        self.buffer.copy_within(self.begin..self.end, 0);
        (self.begin, self.end) = (0, self.end - self.begin);
        // A quiet socket keeps little: thousands of them wait here.
        let room = wanted.max(self.end + 2_048).max(self.buffer.len());
        let room = if self.end * 2 > self.buffer.len() { room.max(READ_BYTES) } else { room };
        self.buffer.resize(room, 0);
        let read = self.stream.read(&mut self.buffer[self.end..]).await?;
        self.end += read;
        if read == 0 { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
    }

    /// Status and length of the body; the head is used up.
    async fn head(&mut self) -> io::Result<(u16, usize)> {
        let length = loop {
            if let Some(at) = find(self.bytes(), b"\r\n\r\n") {
                break at + 4;
            }
            self.more(0).await?;
        };
        let head = String::from_utf8_lossy(&self.bytes()[..length]).to_ascii_lowercase();
        self.begin += length;
        let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
        let body = head.lines().find_map(|line| line.strip_prefix("content-length:"));
        let body = body.and_then(|length| length.trim().parse().ok()).unwrap_or(0);
        Ok((status.ok_or_else(|| broken("no status"))?, body))
    }
}

/// A connection that asks one thing after another.
pub struct Http {
    incoming: Incoming,
    address: SocketAddr,
}

impl Http {
    pub async fn connect(address: SocketAddr) -> io::Result<Http> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Http { incoming: Incoming::new(stream), address })
    }

    /// Asks for something below /api/v1; the answer's body is used up by the next question.
    pub async fn ask(
        &mut self,
        method: &str,
        path: &str,
        token: &str,
        body: &str,
    ) -> io::Result<(u16, &[u8])> {
        let request = format!(
            "{method} /api/v1{path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        self.incoming.stream.write_all(request.as_bytes()).await?;
        let (status, length) = self.incoming.head().await?;
        while self.incoming.bytes().len() < length {
            self.incoming.more(length).await?;
        }
        let begin = self.incoming.begin;
        self.incoming.begin += length;
        Ok((status, &self.incoming.buffer[begin..begin + length]))
    }
}

/// A client's end of a stream.
pub struct Socket {
    incoming: Incoming,
}

impl Socket {
    /// Connects and identifies. `channels` are the cursors, as a JSON object.
    pub async fn open(address: SocketAddr, query: &str, token: &str, channels: &str) -> io::Result<Socket> {
        let mut stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let request = format!(
            "GET /api/v1/stream{query} HTTP/1.1\r\nhost: {address}\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await?;
        let mut incoming = Incoming::new(stream);
        let (status, _) = incoming.head().await?;
        if status != 101 {
            return Err(broken("no stream"));
        }
        let identify = format!(r#"{{"op":"identify","d":{{"token":"{token}","channels":{channels}}}}}"#);
        let mut frame = vec![0x81, 0x80 | 126];
        frame.extend(u16::try_from(identify.len()).map_err(|_| broken("too many cursors"))?.to_be_bytes());
        // A mask of zeros is a mask, and leaves the payload as it is.
        frame.extend([0; 4]);
        frame.extend(identify.as_bytes());
        incoming.stream.write_all(&frame).await?;
        Ok(Socket { incoming })
    }

    /// Says that it is there.
    pub async fn ping(&mut self) -> io::Result<()> {
        let payload = br#"{"op":"ping"}"#;
        let mut frame = vec![0x81, 0x80 | u8::try_from(payload.len()).unwrap_or(0), 0, 0, 0, 0];
        frame.extend(payload);
        self.incoming.stream.write_all(&frame).await
    }

    /// Waits for something, and shows all text frames that are there.
    pub async fn hear(&mut self, mut each: impl FnMut(&[u8])) -> io::Result<()> {
        let mut shown = 0;
        loop {
            while let Some((opcode, head, length)) = frame_at(self.incoming.bytes())? {
                if self.incoming.bytes().len() < head + length {
                    break;
                }
                if opcode == 8 {
                    return Err(closed(&self.incoming.bytes()[head..head + length]));
                }
                if opcode == 1 {
                    each(&self.incoming.bytes()[head..head + length]);
                    shown += 1;
                }
                self.incoming.begin += head + length;
            }
            if shown > 0 {
                return Ok(());
            }
            let wanted = frame_at(self.incoming.bytes())?.map_or(0, |(_, head, length)| head + length);
            self.incoming.more(wanted).await?;
        }
    }

    /// Waits until the server says that all that was missed has been sent; answers how many events came before.
    pub async fn ready(&mut self) -> io::Result<u64> {
        let (mut events, mut ready) = (0, false);
        while !ready {
            self.hear(|frame| {
                let says =
                    |op: &[u8]| find(&frame[..frame.len().min(16)], op).is_some() || frame.ends_with(op);
                ready |= says(br#""op":"ready""#) || frame.ends_with(br#""op":"ready"}"#);
                events += u64::from(says(br#""op":"event""#));
            })
            .await?;
        }
        Ok(events)
    }
}

/// Opcode, length of the head and length of the payload, once the head is there.
fn frame_at(bytes: &[u8]) -> io::Result<Option<(u8, usize, usize)>> {
    let number = |from: usize, to: usize| {
        let bytes = bytes.get(from..to)?;
        Some(bytes.iter().fold(0_usize, |number, byte| number << 8 | usize::from(*byte)))
    };
    let (Some(first), Some(second)) = (bytes.first(), bytes.get(1)) else { return Ok(None) };
    let (head, length) = match second {
        126 => (4, number(2, 4)),
        127 => (10, number(2, 10)),
        length => (2, Some(usize::from(*length))),
    };
    if length.is_some_and(|length| length > BYTES_MAX) || first & 0x70 != 0 || second & 0x80 != 0 {
        return Err(broken("no frame of a server"));
    }
    Ok(length.map(|length| (first & 0x0f, head, length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_of_frames_are_read_as_rfc_6455_says() {
        assert_eq!(frame_at(&[0x81]).unwrap(), None);
        assert_eq!(frame_at(&[0x81, 125]).unwrap(), Some((1, 2, 125)));
        assert_eq!(frame_at(&[0x81, 126, 1]).unwrap(), None);
        assert_eq!(frame_at(&[0x88, 126, 1, 2]).unwrap(), Some((8, 4, 258)));
        assert_eq!(frame_at(&[0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]).unwrap(), Some((1, 10, 65_536)));
        assert!(frame_at(&[0x81, 0x80]).is_err(), "a server does not mask");
        assert!(frame_at(&[0x81, 127, 0xff, 0, 0, 0, 0, 1, 0, 0]).is_err());
    }
}
