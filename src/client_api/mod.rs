//! The client API: an endpoint a file, named as its operation, `<verb>_<resource>`.
//!
//! To add one: its file (docs, method and path, request, response, handler), its `mod`, and a line in the table
//! below with who may call it and which errors it can answer beside the common ones. The table makes
//! the routes, the OpenAPI document and the test that every operation refuses strangers.

mod add_reaction;
mod append_upload;
mod begin_totp;
mod block_user;
mod change_password;
mod confirm_totp;
mod create_account;
mod create_channel;
mod create_dm;
mod create_invite;
mod create_join;
mod create_report;
mod create_session;
mod create_webhook;
mod cursor;
mod delete_account;
mod delete_avatar;
mod delete_channel_avatar;
mod delete_email;
mod delete_invite;
mod delete_me;
mod delete_member_messages;
mod delete_message;
mod delete_push;
mod delete_scheduled;
mod delete_session;
mod delete_setting;
mod delete_totp;
mod delete_upload;
mod delete_webhook;
mod dismiss_refusal;
mod docs;
mod edit_message;
mod exclude_user;
mod export_me;
mod follow_thread;
mod get_attention;
mod get_channel;
mod get_email;
mod get_file;
mod get_log;
mod get_me;
mod get_message;
mod get_preview;
mod get_push;
mod get_server;
mod get_setting;
mod get_storage;
mod get_sync;
mod get_thread;
mod get_thumbnail;
mod get_totp;
mod get_upload;
mod get_user;
mod hand_over_channel;
mod head_file;
mod incoming;
mod issue_password;
mod join_channel;
mod knock_channel;
mod leave_channel;
mod list_accounts;
mod list_acts;
mod list_all_channels;
mod list_blocks;
mod list_channels;
mod list_directory;
mod list_edits;
mod list_exclusions;
mod list_files;
mod list_invites;
mod list_members;
mod list_messages;
mod list_notifications;
mod list_peers;
mod list_pending;
mod list_pins;
mod list_refusals;
mod list_reports;
mod list_saved;
mod list_scheduled;
mod list_sessions;
mod list_settings;
mod list_threads;
mod list_users;
mod list_webhooks;
mod mark_read;
mod mark_thread_read;
mod options_files;
mod pin_message;
mod post_webhook;
mod put_setting;
mod read_notifications;
mod readmit_user;
mod remove_message;
mod remove_reaction;
mod renew_recovery_codes;
mod request_reset;
mod reset_password;
mod reset_totp;
mod save_message;
mod schedule_message;
mod search_messages;
mod send_message;
mod send_scheduled;
mod send_typing;
mod serving;
mod set_avatar;
mod set_channel_avatar;
mod set_email;
mod set_notify;
mod set_push;
mod show_unsubscribe;
mod tus;
mod unblock_user;
mod unfollow_thread;
mod unpin_message;
mod unsave_message;
mod unsubscribe_email;
mod update_account;
mod update_attention;
mod update_channel;
mod update_email;
mod update_me;
mod update_member;
mod update_report;
mod update_scheduled;
mod upload_file;
mod verify_email;

use std::sync::LazyLock;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};
use serde_json::Value;
use utoipa::OpenApi;
use utoipa::openapi::path::Paths;

use crate::http::openapi::{self, Access, Also, Errors};
use crate::http::problem::{FieldError, Problem, ProblemDocument};
use crate::live::{ClientFrame, payload::ServerFrame};

/// Where the API lives.
pub const BASE: &str = "/api/v1";

macro_rules! access {
    (anyone) => {
        Access::Anyone
    };
    (session) => {
        Access::Session
    };
}

macro_rules! also {
    (by_rules) => {
        Also::ByRules
    };
    (asks_others) => {
        Also::AsksOthers
    };
    (fetches) => {
        Also::Fetches
    };
}

macro_rules! endpoints {
    ($( $name:ident : $access:ident $(, $also:ident)* [ $($code:literal),* ] ; )+) => {
        #[derive(OpenApi)]
        #[openapi(
            info(
                title = "Loggia client API",
                description = "Everything that a client of a Loggia homeserver can do. The web client uses nothing else. What any path can answer \
                    beside what each operation lists: `not_found` (404) where there is none, and `method_not_allowed` (405, with `Allow`).",
                license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
            ),
            servers((url = "/api/v1")),
            paths($( $name::$name, )+ crate::http::stream_doc::open_stream),
            components(schemas(ProblemDocument, FieldError, ServerFrame, ClientFrame)),
        )]
        struct Document;

        /// What each operation can answer besides success.
        pub const ERRORS: &[Errors] = &[ $( Errors {
            operation: stringify!($name),
            access: access!($access),
            also: &[ $(also!($also)),* ],
            codes: &[ $($code),* ],
        }, )+ ];

        fn routes(config: &mut web::ServiceConfig) {
            $( config.service($name::$name); )+
        }
    };
}

endpoints! {
    get_server: anyone [];
    create_account: anyone ["bad_username", "password_too_short", "password_too_long", "bad_display_name", "registration_closed", "invite_needed", "invite_invalid", "username_taken", "bad_origin"];
    create_session: anyone ["bad_credentials", "account_disabled", "bad_origin", "code_needed", "bad_code"];
    list_sessions: session [];
    delete_session: session ["session_not_found"];
    get_me: session ["user_not_found"];
    update_me: session ["bad_display_name", "bad_bio", "bad_status", "user_not_found"];
    delete_me: session, by_rules ["wrong_password", "last_admin", "owner_must_transfer", "no_change"];
    change_password: session ["wrong_password", "password_too_short", "password_too_long"];
    get_totp: session [];
    begin_totp: session ["wrong_password", "totp_enabled"];
    confirm_totp: session ["bad_code", "totp_enabled", "totp_disabled"];
    renew_recovery_codes: session ["wrong_password", "bad_code", "totp_disabled"];
    delete_totp: session ["wrong_password", "bad_code", "totp_disabled"];
    list_refusals: session [];
    dismiss_refusal: session [];
    export_me: session ["bad_cursor", "user_not_found"];
    list_settings: session ["bad_limit", "bad_cursor"];
    get_setting: session ["setting_not_found"];
    put_setting: session ["setting_too_large", "settings_full"];
    delete_setting: session ["setting_not_found"];
    list_blocks: session ["bad_limit", "bad_cursor"];
    block_user: session ["user_not_found", "bad_target", "blocks_full"];
    unblock_user: session [];
    list_saved: session ["bad_limit", "bad_cursor"];
    save_message: session ["channel_not_found", "not_member", "message_not_found", "redacted", "saved_full", "bad_remind_ts", "reminders_full"];
    unsave_message: session [];
    list_users: session ["bad_limit", "bad_cursor"];
    get_user: session ["user_not_found"];
    create_invite: session ["admin_only", "bad_uses", "bad_expiry"];
    list_invites: session ["admin_only"];
    delete_invite: session ["admin_only", "invite_not_found"];
    list_accounts: session ["admin_only", "bad_limit", "bad_cursor"];
    update_account: session ["admin_only", "user_not_found", "last_admin"];
    issue_password: session ["admin_only", "user_not_found", "bad_target"];
    reset_totp: session ["admin_only", "user_not_found", "bad_target"];
    list_all_channels: session ["admin_only", "bad_limit", "bad_cursor"];
    list_peers: session ["admin_only", "bad_limit", "bad_cursor"];
    list_exclusions: session ["admin_only", "bad_limit", "bad_cursor"];
    exclude_user: session ["admin_only", "bad_reason", "user_is_local", "exclusions_full", "bad_json", "too_large", "unsupported_media_type"];
    readmit_user: session ["admin_only", "user_is_local"];
    get_storage: session ["admin_only"];
    delete_account: session, by_rules ["admin_only", "user_not_found", "bad_reason", "last_admin", "owner_must_transfer", "bad_json", "too_large", "unsupported_media_type"];
    remove_message: session, by_rules, asks_others ["admin_only", "channel_not_found", "message_not_found", "bad_reason", "bad_json", "too_large", "unsupported_media_type", "out_of_reach", "bad_target", "redacted", "too_much_waiting"];
    hand_over_channel: session, by_rules ["admin_only", "channel_not_found", "user_not_found", "bad_reason", "out_of_reach", "bad_target", "user_excluded"];
    list_acts: session ["admin_only", "bad_limit", "bad_cursor"];
    list_reports: session ["bad_limit", "bad_cursor"];
    update_report: session ["report_not_found", "admin_only", "bad_target"];
    create_channel: session ["admin_only", "bad_name", "bad_topic", "bad_alias", "alias_taken"];
    list_channels: session [];
    get_channel: session ["channel_not_found"];
    update_channel: session, by_rules, asks_others ["channel_not_found", "not_member", "bad_name", "bad_topic", "bad_alias", "bad_retention", "bad_slow", "alias_taken", "no_change"];
    list_directory: session, asks_others ["bad_limit", "bad_cursor", "server_not_found"];
    join_channel: session, by_rules, asks_others ["channel_not_found"];
    create_join: session, by_rules, asks_others ["alias_not_found", "channel_not_found"];
    knock_channel: session, by_rules, asks_others ["channel_not_found", "bad_target"];
    leave_channel: session, by_rules, asks_others ["channel_not_found", "not_member", "owner_must_transfer"];
    list_members: session ["channel_not_found", "not_member", "bad_limit", "bad_cursor"];
    update_member: session, by_rules, asks_others ["channel_not_found", "not_member", "user_not_found", "bad_member", "bad_reason", "bad_target", "owner_must_transfer", "not_accepted", "too_much_waiting"];
    create_dm: session, by_rules, asks_others ["bad_users", "user_not_found", "not_accepted"];
    send_message: session, by_rules, asks_others ["slow_mode", "channel_not_found", "not_member", "text_empty", "text_too_long", "bad_text", "nonce_reused", "bad_reference", "bad_target", "redacted", "message_not_found", "bad_attachments", "bad_preview", "file_not_found", "too_much_waiting"];
    schedule_message: session, fetches ["channel_not_found", "not_member", "text_empty", "text_too_long", "bad_text", "nonce_reused", "bad_reference", "bad_attachments", "bad_preview", "file_not_found", "archived", "bad_send_ts", "scheduled_full"];
    list_scheduled: session [];
    update_scheduled: session ["scheduled_not_found", "text_empty", "text_too_long", "bad_text", "bad_send_ts"];
    delete_scheduled: session ["scheduled_not_found"];
    send_scheduled: session, by_rules, asks_others ["scheduled_not_found", "slow_mode", "channel_not_found", "not_member", "text_empty", "text_too_long", "bad_text", "nonce_reused", "bad_reference", "bad_target", "redacted", "message_not_found", "bad_attachments", "bad_preview", "file_not_found", "too_much_waiting"];
    get_preview: session ["bad_url", "no_preview", "previews_off"];
    list_messages: session ["channel_not_found", "not_member", "bad_limit", "bad_place", "replaying"];
    get_message: session ["channel_not_found", "not_member", "message_not_found"];
    edit_message: session, by_rules, asks_others ["channel_not_found", "not_member", "message_not_found", "text_empty", "text_too_long", "bad_text", "bad_preview", "not_yours", "bad_target", "redacted", "too_much_waiting"];
    delete_message: session, by_rules, asks_others ["channel_not_found", "not_member", "message_not_found", "bad_reason", "bad_target", "redacted", "bad_json", "too_large", "unsupported_media_type", "too_much_waiting"];
    delete_member_messages: session, by_rules, asks_others ["channel_not_found", "not_member", "user_not_found", "bad_within", "bad_target", "redacted", "too_much_waiting"];
    create_report: session ["channel_not_found", "not_member", "message_not_found", "bad_reason", "bad_target", "redacted", "reports_full", "bad_json", "too_large", "unsupported_media_type"];
    list_edits: session ["channel_not_found", "not_member", "message_not_found", "edits_private", "bad_limit", "bad_cursor"];
    add_reaction: session, by_rules, asks_others ["channel_not_found", "not_member", "message_not_found", "bad_emoji", "too_many_emoji", "bad_target", "redacted", "too_much_waiting"];
    remove_reaction: session, by_rules, asks_others ["channel_not_found", "not_member", "message_not_found", "user_not_found", "bad_emoji", "bad_target", "redacted", "too_much_waiting"];
    get_thread: session ["channel_not_found", "not_member", "message_not_found", "bad_limit", "bad_place"];
    mark_thread_read: session ["channel_not_found", "not_member", "message_not_found"];
    follow_thread: session ["channel_not_found", "not_member", "message_not_found"];
    unfollow_thread: session ["channel_not_found", "not_member", "message_not_found"];
    list_threads: session ["bad_limit", "bad_cursor"];
    pin_message: session, by_rules, asks_others ["channel_not_found", "not_member", "message_not_found", "pins_full", "redacted"];
    unpin_message: session, by_rules, asks_others ["channel_not_found", "not_member", "message_not_found"];
    list_pending: session ["channel_not_found", "not_member"];
    list_pins: session ["channel_not_found", "not_member"];
    list_files: session ["channel_not_found", "not_member", "bad_limit", "bad_cursor", "replaying"];
    mark_read: session ["channel_not_found", "not_member"];
    send_typing: session ["channel_not_found", "not_member"];
    set_notify: session ["channel_not_found", "not_member"];
    list_webhooks: session ["channel_not_found", "not_member", "moderators_only"];
    create_webhook: session, by_rules ["channel_not_found", "not_member", "moderators_only", "not_host", "webhooks_full", "bad_display_name"];
    delete_webhook: session, by_rules ["channel_not_found", "not_member", "moderators_only", "webhook_not_found"];
    post_webhook: anyone, by_rules ["webhook_not_found", "channel_not_found", "not_member", "text_empty", "bad_text", "unsupported_media_type", "too_large", "bad_json"];
    get_log: session ["channel_not_found", "not_member", "bad_place"];
    list_notifications: session ["bad_limit", "bad_cursor"];
    read_notifications: session [];
    get_attention: session [];
    update_attention: session ["bad_keywords", "bad_schedule"];
    get_email: session [];
    set_email: session ["email_disabled", "bad_address", "password_needed", "wrong_password", "too_many_letters"];
    update_email: session ["email_not_found"];
    delete_email: session [];
    verify_email: anyone ["token_invalid"];
    show_unsubscribe: anyone [];
    unsubscribe_email: anyone ["token_invalid"];
    request_reset: anyone ["email_disabled"];
    reset_password: anyone ["token_invalid", "password_too_short", "password_too_long"];
    get_push: session [];
    set_push: session ["push_disabled", "bad_endpoint", "bad_push_keys", "session_not_found"];
    delete_push: session [];
    options_files: anyone [];
    upload_file: session ["bad_file_name", "unsupported_media_type", "quota_exceeded", "file_refused", "scan_failed", "broken_off", "bad_tus", "tus_version", "too_many_uploads"];
    get_upload: session ["upload_not_found", "tus_version"];
    append_upload: session ["upload_not_found", "file_refused", "scan_failed", "tus_version", "bad_tus", "offset_mismatch", "upload_locked", "checksum_mismatch", "broken_off", "quota_exceeded"];
    delete_upload: session ["upload_not_found", "tus_version", "upload_locked"];
    get_thumbnail: session, fetches ["file_not_found", "bad_size", "no_picture", "too_large", "file_refused", "scan_failed"];
    get_file: session, fetches ["file_not_found", "bad_range", "too_large", "file_refused", "scan_failed"];
    head_file: session, fetches ["file_not_found", "bad_range", "too_large", "file_refused", "scan_failed"];
    set_avatar: session ["file_not_found", "bad_picture", "broken_off", "quota_exceeded", "user_not_found"];
    delete_avatar: session ["user_not_found"];
    set_channel_avatar: session, by_rules ["channel_not_found", "not_member", "no_change", "file_not_found", "bad_picture", "broken_off", "quota_exceeded"];
    delete_channel_avatar: session, by_rules ["channel_not_found", "not_member", "no_change"];
    search_messages: session ["bad_search", "search_empty", "channel_not_found", "user_not_found", "bad_limit", "bad_cursor"];
    get_sync: session ["user_not_found"];
}

/// Adds the API's routes, below [`BASE`].
pub fn configure(config: &mut web::ServiceConfig) {
    // Routes are tried one after the other: what is asked most often comes first, and again in its place.
    config.service(send_message::send_message).service(list_messages::list_messages);
    config.service(mark_read::mark_read).service(send_typing::send_typing);
    routes(config);
}

/// What there is, for what no route took: the document is not made anew for whoever asks for nothing.
static PATHS: LazyLock<Paths> = LazyLock::new(|| Document::openapi().paths);

/// What no route took: nothing there, or another method.
pub async fn fallback(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let path = request.path().strip_prefix(BASE).unwrap_or_default();
    // In their order one that names a part comes before one that takes any there.
    let known = PATHS.paths.iter().find(|(template, _)| matches(template, path));
    let mut allowed: Vec<&str> = Vec::new();
    if let Some((_, item)) = known {
        let methods = [
            ("OPTIONS", item.options.is_some()),
            // Answered wherever GET is.
            ("HEAD", item.head.is_some() || item.get.is_some()),
            ("GET", item.get.is_some()),
            ("POST", item.post.is_some()),
            ("PUT", item.put.is_some()),
            ("PATCH", item.patch.is_some()),
            ("DELETE", item.delete.is_some()),
        ];
        allowed.extend(methods.into_iter().filter(|(_, there)| *there).map(|(method, _)| method));
    }
    if allowed.is_empty() {
        return Err(Problem::plain("not_found"));
    }
    let mut response = Problem::plain("method_not_allowed").error_response();
    if let Ok(value) = HeaderValue::from_str(&allowed.join(", ")) {
        response.headers_mut().insert(header::ALLOW, value);
    }
    Ok(response)
}

/// Whether a path is of the template's shape.
fn matches(template: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given)) if wanted == given => {}
            (Some(wanted), Some(given)) if wanted.starts_with('{') && !given.is_empty() => {}
            _ => return false,
        }
    }
}

/// Adds the document and its readable page, below `/api`.
pub fn configure_docs(config: &mut web::ServiceConfig) {
    docs::configure(config);
}

/// The OpenAPI document of the client API.
pub fn document() -> Value {
    let document = serde_json::to_value(Document::openapi()).unwrap_or_default();
    openapi::revalidated(openapi::complete(document, ERRORS))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::document;

    /// What clients are made of: statuses, contents and headers of files are all there.
    #[test]
    fn operations_of_files_say_what_they_answer() {
        let document = document();
        let has = |path: &str, rest: &str| {
            let path = path.replace('/', "~1");
            document.pointer(&format!("/paths/{path}/{rest}")).is_some()
        };
        let (file, upload) = ("/files/{hash}/{name}", "/files/uploads/{upload}");
        for (path, rest) in [
            // Of whatever kind the file is.
            (file, "get/responses/200/content/*~1*"),
            (file, "get/responses/206/content/*~1*"),
            (file, "get/responses/206/headers/Content-Range"),
            (file, "get/responses/416/headers/Content-Range"),
            (file, "get/responses/403"),
            (file, "head/responses/403"),
            (file, "head/responses/502"),
            ("/files/{hash}/thumbnail", "get/responses/502"),
            ("/files", "post/responses/201/headers/Location"),
            ("/files", "post/responses/201/headers/Upload-Offset"),
            (upload, "patch/responses/204/headers/Upload-Offset"),
            (upload, "head/responses/200/headers/Upload-Length"),
        ] {
            assert!(has(path, rest), "{path}: {rest}");
        }
        // Who only reads may come from any site.
        assert!(!has(upload, "head/responses/403"));
    }

    /// Adds the names of the schemas that a value refers to, and those that these refer to.
    fn refers(document: &Value, value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(map) => {
                let name = map.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
                if let Some(name) = name.filter(|name| found.insert((*name).to_owned())) {
                    refers(document, &document["components"]["schemas"][name], found);
                }
                map.values().for_each(|value| refers(document, value, found));
            }
            Value::Array(values) => values.iter().for_each(|value| refers(document, value, found)),
            _ => {}
        }
    }

    /// What an answer may leave out is never null in it, and what may be null is always there: so clients know what to ask for.
    #[test]
    fn what_is_answered_is_there_or_not_but_never_both_absent_and_null() {
        let document = document();
        let mut answered = BTreeSet::new();
        for operation in document["paths"]
            .as_object()
            .expect("paths")
            .values()
            .flat_map(|path| path.as_object().expect("operations").values())
        {
            refers(&document, &operation["responses"], &mut answered);
        }
        refers(&document, &document["components"]["schemas"]["ServerFrame"], &mut answered);
        let (mut seen, mut both) = (0, Vec::new());
        for name in &answered {
            let schema = &document["components"]["schemas"][name];
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            for (field, property) in schema["properties"].as_object().into_iter().flatten() {
                let nullable = property.to_string().contains("\"null\"");
                seen += usize::from(nullable);
                if nullable && !required.contains(&Value::from(field.as_str())) {
                    both.push(format!("{name}.{field}"));
                }
            }
        }
        assert!(seen > 30 && both.is_empty(), "of {seen}: {both:?}");
    }
}
