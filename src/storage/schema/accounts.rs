//! What belongs to accounts: how they get in, what they set, how they are told; and what administrators did.

diesel::table! {
    sessions (id) {
        id -> Text,
        token_hash -> Binary,
        user_num -> BigInt,
        device_name -> Text,
        created_ts -> BigInt,
        last_used_ts -> BigInt,
    }
}

diesel::table! {
    settings (user_num, key) {
        user_num -> BigInt,
        key -> Text,
        value -> Text,
        updated_ts -> BigInt,
    }
}

diesel::table! {
    user_invites (code) {
        code -> Text,
        created_by -> Nullable<BigInt>,
        uses_left -> BigInt,
        created_ts -> BigInt,
        expires_ts -> Nullable<BigInt>,
    }
}

diesel::table! {
    push_endpoints (session) {
        session -> Text,
        user_num -> BigInt,
        endpoint -> Text,
        p256dh -> Binary,
        auth -> Binary,
        scope -> Text,
        created_ts -> BigInt,
        failing_ts -> Nullable<BigInt>,
    }
}

diesel::table! {
    pushes (session, channel, reminder) {
        session -> Text,
        channel -> BigInt,
        reminder -> BigInt,
        seq -> BigInt,
        due_ts -> BigInt,
        expires_ts -> BigInt,
        tries -> BigInt,
    }
}

diesel::table! {
    attention (user_num) {
        user_num -> BigInt,
        quiet_until -> Nullable<BigInt>,
        zone -> Nullable<Text>,
        from_min -> Nullable<BigInt>,
        to_min -> Nullable<BigInt>,
    }
}

diesel::table! {
    keywords (user_num, word) {
        user_num -> BigInt,
        word -> Text,
    }
}

diesel::table! {
    blocks (user_num, blocked) {
        user_num -> BigInt,
        blocked -> BigInt,
        created_ts -> BigInt,
    }
}

diesel::table! {
    exclusions (id) {
        id -> BigInt,
        user_num -> BigInt,
        created_ts -> BigInt,
        administrator -> Nullable<Text>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    saved (user_num, channel, seq) {
        user_num -> BigInt,
        channel -> BigInt,
        seq -> BigInt,
        saved_ts -> BigInt,
        remind_ts -> Nullable<BigInt>,
    }
}

diesel::table! {
    scheduled (id) {
        id -> Text,
        user_num -> BigInt,
        channel -> BigInt,
        nonce -> Text,
        reply_to -> Nullable<Text>,
        thread -> Nullable<Text>,
        content -> Text,
        created_ts -> BigInt,
        send_ts -> BigInt,
        due_ts -> Nullable<BigInt>,
        tries -> BigInt,
        failed -> Nullable<Text>,
        session -> Nullable<Text>,
    }
}

diesel::table! {
    scheduled_files (hash, scheduled) {
        hash -> Text,
        scheduled -> Text,
        user_num -> BigInt,
    }
}

diesel::table! {
    emails (user_num) {
        user_num -> BigInt,
        address -> Nullable<Text>,
        pending -> Nullable<Text>,
        missed -> Bool,
        unsubscribe -> Text,
        mailed_id -> BigInt,
        mailed_ts -> BigInt,
        language -> Nullable<Text>,
    }
}

diesel::table! {
    email_tokens (token_hash) {
        token_hash -> Binary,
        user_num -> BigInt,
        kind -> Text,
        address -> Text,
        created_ts -> BigInt,
        expires_ts -> BigInt,
    }
}

diesel::table! {
    acts (id) {
        id -> BigInt,
        ts -> BigInt,
        administrator -> Nullable<Text>,
        kind -> Text,
        user_id -> Nullable<Text>,
        channel -> Nullable<Text>,
        message -> Nullable<Text>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    webhooks (id) {
        id -> Text,
        token_hash -> Binary,
        channel -> BigInt,
        user_num -> BigInt,
        created_by -> BigInt,
        created_ts -> BigInt,
        last_used_ts -> Nullable<BigInt>,
    }
}

diesel::table! {
    reports (id) {
        id -> BigInt,
        ts -> BigInt,
        channel -> BigInt,
        seq -> BigInt,
        reporter -> Nullable<BigInt>,
        server -> Text,
        reason -> Nullable<Text>,
        state -> BigInt,
        handled_ts -> Nullable<BigInt>,
        handled_by -> Nullable<BigInt>,
        closed_ts -> Nullable<BigInt>,
        closed_by -> Nullable<BigInt>,
    }
}

diesel::table! {
    totp (user_num) {
        user_num -> BigInt,
        secret -> Binary,
        created_ts -> BigInt,
        enabled_ts -> Nullable<BigInt>,
        last_step -> BigInt,
        wrong -> BigInt,
        wrong_ts -> BigInt,
    }
}

diesel::table! {
    recovery_codes (user_num, code_hash) {
        user_num -> BigInt,
        code_hash -> Binary,
    }
}
