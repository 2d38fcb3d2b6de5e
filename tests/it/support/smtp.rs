//! A mail server of the test's own: as much of SMTP (RFC 5321) as it takes to be given letters.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A letter that was taken.
#[derive(Clone, Debug)]
pub struct Received {
    pub to: String,
    /// Headers as they came, folded lines joined.
    pub headers: String,
    /// Both parts, decoded.
    pub body: String,
}

impl Received {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")))
    }

    /// What follows `prefix` up to white space or a quote.
    pub fn after(&self, prefix: &str) -> String {
        let (_, rest) = self.body.split_once(prefix).unwrap_or_else(|| panic!("{prefix} in {}", self.body));
        rest.split(|c: char| c.is_whitespace() || c == '"').next().expect("a word").to_owned()
    }
}

#[derive(Default)]
struct State {
    received: Mutex<Vec<Received>>,
    /// What the next letters are answered instead of being taken.
    refusals: Mutex<VecDeque<&'static str>>,
    /// What a command that begins so is answered, for as long as it stands here.
    against: Mutex<HashMap<String, &'static str>>,
    /// The commands that were.
    refused: Mutex<Vec<String>>,
}

impl State {
    fn refusal(&self, line: &str) -> Option<&'static str> {
        let against = self.against.lock().expect("no panic");
        against.iter().find(|(command, _)| line.starts_with(command.as_str())).map(|(_, answer)| *answer)
    }
}

pub struct MailServer {
    state: Arc<State>,
    url: String,
    task: tokio::task::JoinHandle<()>,
}

impl MailServer {
    pub async fn start() -> MailServer {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("smtp://{}", listener.local_addr().expect("an address"));
        let state = Arc::new(State::default());
        let shared = state.clone();
        let task = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let state = shared.clone();
                tokio::spawn(async move {
                    let _ = serve(socket, &state).await;
                });
            }
        });
        MailServer { state, url, task }
    }

    /// What a server has to be told to use it.
    pub fn settings<'a>(&'a self, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let own = [
            ("LOGGIA_EMAIL__SMTP_URL", self.url.as_str()),
            ("LOGGIA_EMAIL__FROM", "Loggia <loggia@a.test>"),
            ("LOGGIA_PUBLIC_URL", "https://chat.a.test"),
        ];
        own.into_iter().chain(more.iter().copied()).collect()
    }

    pub fn refuse_next(&self, answers: &[&'static str]) {
        self.state.refusals.lock().expect("no panic").extend(answers);
    }

    /// Answers commands that begin so with this, until [`MailServer::accept`].
    pub fn refuse(&self, command: &str, answer: &'static str) {
        self.state.against.lock().expect("no panic").insert(command.to_owned(), answer);
    }

    pub fn accept(&self, command: &str) {
        self.state.against.lock().expect("no panic").remove(command);
    }

    /// Waits until so many commands that begin so were refused.
    pub async fn refused(&self, command: &str, count: usize) {
        super::eventually(&format!("{count} refusals of {command}"), || async {
            let refused = self.state.refused.lock().expect("no panic");
            let found = refused.iter().filter(|line| line.starts_with(command)).count();
            (found >= count).then_some(())
        })
        .await;
    }

    pub fn received(&self) -> Vec<Received> {
        self.state.received.lock().expect("no panic").clone()
    }

    /// Waits for so many letters to the address, and answers the last.
    pub async fn letter(&self, to: &str, count: usize) -> Received {
        super::eventually(&format!("letter {count} to {to}"), || async {
            let mut to_them: Vec<Received> =
                self.received().into_iter().filter(|received| received.to == to).collect();
            assert!(to_them.len() <= count, "more than {count} letters: {to_them:?}");
            if to_them.len() == count { to_them.pop() } else { None }
        })
        .await
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(socket: TcpStream, state: &State) -> std::io::Result<()> {
    let mut socket = BufReader::new(socket);
    let mut to = String::new();
    socket.write_all(b"220 mail.test ESMTP\r\n").await?;
    loop {
        let mut line = String::new();
        if socket.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let command = line.to_ascii_uppercase();
        let refusal = state.refusal(&line);
        if refusal.is_some() {
            state.refused.lock().expect("no panic").push(line.clone());
        }
        let answer = if let Some(refusal) = refusal {
            refusal
        } else if command.starts_with("EHLO") {
            "250-mail.test\r\n250 8BITMIME\r\n"
        } else if command.starts_with("RCPT TO:<") {
            line["RCPT TO:<".len()..].split('>').next().unwrap_or_default().clone_into(&mut to);
            "250 ok\r\n"
        } else if command.starts_with("DATA") {
            socket.write_all(b"354 go on\r\n").await?;
            let text = read_letter(&mut socket).await?;
            let refusal = state.refusals.lock().expect("no panic").pop_front();
            if refusal.is_none() {
                state.received.lock().expect("no panic").push(read(&to, &text));
            }
            refusal.unwrap_or("250 taken\r\n")
        } else if command.starts_with("QUIT") {
            return socket.write_all(b"221 bye\r\n").await;
        } else {
            "250 ok\r\n"
        };
        socket.write_all(answer.as_bytes()).await?;
    }
}

/// Lines up to the lone dot, without the dots that were put before others.
async fn read_letter(socket: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let mut text = String::new();
    loop {
        let mut line = String::new();
        if socket.read_line(&mut line).await? == 0 || line == ".\r\n" {
            return Ok(text);
        }
        text.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}

fn read(to: &str, text: &str) -> Received {
    let text = text.replace("\r\n", "\n");
    let (headers, body) = text.split_once("\n\n").expect("a body");
    let headers = headers.replace("\n ", " ").replace("\n\t", " ");
    Received { to: to.to_owned(), headers, body: unquoted(body) }
}

/// Quoted-printable (RFC 2045), wherever it is used: what is no escape stays.
fn unquoted(body: &str) -> String {
    let body = body.replace("=\n", "");
    let mut bytes = Vec::new();
    let mut rest = body.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = tail.get(..2).and_then(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
        match (first, hex) {
            (b'=', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            (byte, _) => {
                bytes.push(*byte);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
