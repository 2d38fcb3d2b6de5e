//! The conversation with one client.

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::http::header;
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use actix_ws::{AggregatedMessage, AggregatedMessageStream};
use futures_util::StreamExt;
use tokio::time::timeout;

use super::bell::Bell;
use super::client_frame::{self, ClientFrame, FRAME_BYTES_MAX, IDENTIFY_BYTES_MAX, Identify};
use super::frames;
use super::hub::Hub;
use super::payload::{Hello, Nothing, StreamError, StreamLimits};
use super::resume;
use super::socket::{Owner, Socket, SocketBody, close_code};
use crate::domain::Actor;
use crate::http::auth::{COOKIE, is_own_origin};
use crate::http::limits::FRAMES_PER_MINUTE;
use crate::http::{App, Problem};

/// How long a client may take to identify.
const IDENTIFY_TIMEOUT: Duration = Duration::from_secs(10);
const MINUTE: Duration = Duration::from_secs(60);
/// How long a connection that was told good-bye may take to go.
const LINGER: Duration = Duration::from_secs(5);

pub fn configure(config: &mut web::ServiceConfig) {
    config.route("/stream", web::get().to(open_stream));
}

async fn open_stream(
    app: App,
    hub: web::Data<Hub>,
    bell: web::Data<Bell>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let cookie = request.cookie(COOKIE).map(|cookie| cookie.value().to_owned());
    // A browser sends the cookie whatever page asks: only our own may.
    let cookie = cookie.filter(|_| is_own_origin(&request, &app.domain));
    let (response, _session, messages) = match actix_ws::handle(&request, payload) {
        Ok(handled) => handled,
        Err(error) => return Ok(no_upgrade(&error.to_string())),
    };
    let bell = bell.into_inner();
    bell.attend();
    let socket = hub.connect(bell);
    let body_socket = socket.clone();
    let response = response.map_body(|_, body| SocketBody::new(body_socket, body)).map_into_boxed_body();
    let messages = messages.max_frame_size(IDENTIFY_BYTES_MAX).aggregate_continuations();
    let messages = messages.max_continuation_size(IDENTIFY_BYTES_MAX);
    let conversation = Conversation {
        app,
        hub: hub.into_inner(),
        socket,
        heard: Instant::now(),
        window: (Instant::now(), 0),
    };
    actix_web::rt::spawn(conversation.run(messages, cookie));
    Ok(response)
}

/// What is to be spoken here, and in which version (RFC 9110 section 15.5.22, RFC 6455 section 4.4).
fn no_upgrade(detail: &str) -> HttpResponse {
    let mut response = Problem::new("upgrade_required", detail.to_owned()).error_response();
    let headers = response.headers_mut();
    headers.insert(header::UPGRADE, header::HeaderValue::from_static("websocket"));
    headers.insert(header::CONNECTION, header::HeaderValue::from_static("Upgrade"));
    headers.insert(header::SEC_WEBSOCKET_VERSION, header::HeaderValue::from_static("13"));
    response
}

struct Conversation {
    app: App,
    hub: Arc<Hub>,
    socket: Arc<Socket>,
    heard: Instant,
    /// When the running minute began, and how many frames came in it.
    window: (Instant, u32),
}

impl Drop for Conversation {
    /// However it ends: the hub forgets the connection.
    fn drop(&mut self) {
        self.hub.disconnect(&self.socket);
    }
}

/// What came from the client.
enum Heard {
    Frame(String),
    /// A control frame: the client is there.
    Sign,
    Silence,
    End,
}

impl Conversation {
    async fn run(mut self, mut messages: AggregatedMessageStream, cookie: Option<String>) {
        self.greet();
        let deadline = tokio::time::Instant::now() + IDENTIFY_TIMEOUT;
        if let Some(owner) = self.identified(&mut messages, cookie, deadline).await {
            self.listen(&mut messages, &owner).await;
        }
        self.hub.disconnect(&self.socket);
        // What is left to say (why it ends, for one) is written while the client may still read.
        let _ = timeout(LINGER, async { while let Some(Ok(_)) = messages.next().await {} }).await;
    }

    fn greet(&self) {
        let settings = &self.app.domain.config.settings;
        let limits = StreamLimits {
            identify_ms: u64::try_from(IDENTIFY_TIMEOUT.as_millis()).unwrap_or(0),
            frame_bytes: FRAME_BYTES_MAX,
            identify_bytes: IDENTIFY_BYTES_MAX,
            channels: client_frame::CURSORS_MAX,
            frames_per_minute: FRAMES_PER_MINUTE,
            queue_frames: settings.stream.queue_frames,
            queue_bytes: settings.stream.queue_bytes,
        };
        let hello = Hello { heartbeat_ms: settings.stream.heartbeat_ms, feature_level: 1, limits };
        self.socket.answer(frames::plain("hello", hello));
    }

    /// Waits for the identify frame and resumes. None when the conversation is over.
    async fn identified(
        &mut self,
        messages: &mut AggregatedMessageStream,
        cookie: Option<String>,
        deadline: tokio::time::Instant,
    ) -> Option<Actor> {
        let identify = loop {
            match tokio::time::timeout_at(deadline, self.hear(messages)).await {
                Err(_) => {
                    self.end(close_code::IDENTIFY_TIMEOUT, "no identify in time");
                    return None;
                }
                Ok(Heard::End | Heard::Silence) => return None,
                Ok(Heard::Sign) => {}
                Ok(Heard::Frame(text)) => match client_frame::parse(&text) {
                    Ok(ClientFrame::Identify(identify)) => break identify,
                    Ok(ClientFrame::Ping) => self.socket.answer(frames::plain("pong", Nothing {})),
                    Ok(_) => {
                        return self.refuse(
                            close_code::BAD_FRAME,
                            "bad_frame",
                            "the first frame is identify",
                        );
                    }
                    Err(detail) => return self.refuse(close_code::BAD_FRAME, "bad_frame", &detail),
                },
            }
        };
        self.begin(identify, cookie).await
    }

    async fn begin(&mut self, identify: Identify, cookie: Option<String>) -> Option<Actor> {
        let Some(token) = identify.token.or(cookie) else {
            return self.refuse(
                close_code::UNAUTHENTICATED,
                "unauthenticated",
                "a token, or the cookie from our own pages",
            );
        };
        let actor = match self.app.tokens.actor(&self.app.domain, &token).await {
            Ok(actor) => actor,
            Err(problem) if problem.code() == "unauthenticated" => {
                return self.refuse(close_code::UNAUTHENTICATED, "unauthenticated", "the token is nobody's");
            }
            Err(_) => return self.refuse(close_code::RESTART, "busy", "try again"),
        };
        if !self.app.limits.identify(actor.person.num) {
            let detail = "too many streams of this account have begun within a minute";
            return self.refuse(close_code::TOO_MANY, "too_many_streams", detail);
        }
        let owner = Owner {
            user: actor.person.num,
            user_id: actor.person.id.as_str().to_owned(),
            session: actor.session.clone(),
        };
        if !self.hub.identify(&self.socket, owner) {
            return self.refuse(close_code::TOO_MANY, "too_many_streams", "too many streams of this account");
        }
        let domain = &self.app.domain;
        // From here on the hub ends the stream with its session; it may have ended a moment before.
        if self.app.tokens.actor(domain, &token).await.is_err() {
            return self.refuse(close_code::SESSION_ENDED, "unauthenticated", "the session has ended");
        }
        if let Err(error) = resume::resume(domain, &self.hub, &self.socket, &actor, &identify.channels).await
        {
            tracing::warn!(%error, "a stream could not resume");
            return self.refuse(close_code::RESTART, "busy", "try again");
        }
        Some(actor)
    }

    /// Says why, and ends.
    fn refuse(&self, close: u16, code: &str, detail: &str) -> Option<Actor> {
        self.socket.answer(frames::plain("error", StreamError { code, detail }));
        self.end(close, detail);
        None
    }

    fn end(&self, close: u16, reason: &str) {
        self.socket.close(close, reason);
    }

    async fn listen(&mut self, messages: &mut AggregatedMessageStream, actor: &Actor) {
        let heartbeat = Duration::from_millis(u64::from(self.app.domain.config.settings.stream.heartbeat_ms));
        loop {
            if self.socket.is_over() {
                return;
            }
            let socket = self.socket.clone();
            let heard = tokio::select! {
                heard = timeout(heartbeat, self.hear(messages)) => heard.unwrap_or(Heard::Silence),
                () = over(&socket) => return,
            };
            match heard {
                Heard::End => return,
                Heard::Sign => {}
                Heard::Silence if self.heard.elapsed() > heartbeat * 2 => {
                    return self.end(close_code::GOING_AWAY, "silent for too long");
                }
                Heard::Silence => self.socket.answer(frames::ping()),
                Heard::Frame(_) if !self.app.limits.frame(actor.person.num) => {
                    let detail = "too many frames of this account within a minute";
                    self.refuse(close_code::TOO_MANY, "too_many_frames", detail);
                    return;
                }
                Heard::Frame(text) => {
                    if !self.answer(&text, actor).await {
                        return;
                    }
                }
            }
        }
    }

    /// False when the conversation is over.
    async fn answer(&mut self, text: &str, actor: &Actor) -> bool {
        match client_frame::parse(text) {
            Ok(ClientFrame::Ping) => self.socket.answer(frames::plain("pong", Nothing {})),
            Ok(ClientFrame::Typing(typing)) => {
                // Nothing is answered: whether it may is for the members to see.
                if let Ok(channel) = typing.channel.parse() {
                    let _ = self.app.domain.typing(actor, channel).await;
                }
            }
            Ok(ClientFrame::Subscribe(subscribe)) => {
                let domain = &self.app.domain;
                if let Err(error) =
                    resume::catch_up(domain, &self.socket, actor.person.num, &subscribe.channels).await
                {
                    tracing::warn!(%error, "a stream could not catch up");
                    self.refuse(close_code::RESTART, "busy", "try again");
                    return false;
                }
            }
            Ok(ClientFrame::Identify(_)) => {
                self.refuse(close_code::BAD_FRAME, "bad_frame", "identified already");
                return false;
            }
            Err(detail) => {
                self.refuse(close_code::BAD_FRAME, "bad_frame", &detail);
                return false;
            }
        }
        true
    }

    async fn hear(&mut self, messages: &mut AggregatedMessageStream) -> Heard {
        let heard = match messages.next().await {
            Some(Ok(AggregatedMessage::Text(text))) => Heard::Frame(text.to_string()),
            Some(Ok(AggregatedMessage::Ping(payload))) => {
                self.socket.answer(frames::pong(&payload));
                Heard::Sign
            }
            Some(Ok(AggregatedMessage::Pong(_))) => Heard::Sign,
            Some(Ok(AggregatedMessage::Close(reason))) => {
                let code = reason.map_or(close_code::NORMAL, |reason| u16::from(reason.code));
                self.end(code, "");
                Heard::End
            }
            Some(Ok(AggregatedMessage::Binary(_))) => {
                self.refuse(close_code::BAD_FRAME, "bad_frame", "frames are JSON texts");
                Heard::End
            }
            Some(Err(error)) => {
                self.refuse(close_code::BAD_FRAME, "bad_frame", &error.to_string());
                Heard::End
            }
            None => Heard::End,
        };
        self.heard = Instant::now();
        if self.window.0.elapsed() > MINUTE {
            self.window = (Instant::now(), 0);
        }
        self.window.1 += 1;
        if self.window.1 > FRAMES_PER_MINUTE {
            self.refuse(close_code::TOO_MANY, "too_many_frames", "too many frames in a minute");
            return Heard::End;
        }
        heard
    }
}

/// Returns when the connection is over or was told good-bye.
async fn over(socket: &Socket) {
    loop {
        let ended = socket.ended.notified();
        if socket.is_over() {
            return;
        }
        ended.await;
    }
}
