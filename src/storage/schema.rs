//! The tables, as both databases have them (`migrations/`).

mod accounts;

pub use accounts::*;

diesel::table! {
    meta (key) {
        key -> Text,
        value -> Text,
    }
}

diesel::table! {
    signing_keys (kid) {
        kid -> Text,
        seed -> Binary,
        created_ts -> BigInt,
        retired_ts -> Nullable<BigInt>,
    }
}

diesel::table! {
    users (num) {
        num -> BigInt,
        id -> Text,
        server -> Text,
        display_name -> Text,
        bio -> Text,
        avatar -> Nullable<Text>,
        password_hash -> Nullable<Text>,
        role -> Text,
        created_ts -> BigInt,
        deleted_ts -> Nullable<BigInt>,
        search -> Text,
        disabled_ts -> Nullable<BigInt>,
        status_emoji -> Nullable<Text>,
        status_text -> Text,
        status_until -> Nullable<BigInt>,
        bot -> Bool,
    }
}

diesel::table! {
    channels (num) {
        num -> BigInt,
        id -> Text,
        kind -> Text,
        host -> Text,
        rules -> BigInt,
        creator -> Text,
        created_ts -> BigInt,
        term -> BigInt,
        size -> BigInt,
        root -> Binary,
        frontier -> Binary,
        last_ts -> BigInt,
        head_kid -> Text,
        head_ts -> BigInt,
        head_signature -> Binary,
        live_count -> BigInt,
        joined_count -> BigInt,
        last_message_seq -> Nullable<BigInt>,
        owner -> Nullable<Text>,
        name -> Text,
        topic -> Text,
        avatar -> Nullable<Text>,
        policy -> Text,
        servers -> Text,
        archived -> Bool,
        pins -> Text,
        visibility -> Text,
        alias -> Nullable<Text>,
        people -> Nullable<Text>,
        search -> Text,
        avatar_seq -> Nullable<BigInt>,
        kept_from_seq -> BigInt,
    }
}

diesel::table! {
    channel_keys (channel, server, kid) {
        channel -> BigInt,
        server -> Text,
        kid -> Text,
        public -> Binary,
        from_seq -> BigInt,
        until_seq -> Nullable<BigInt>,
    }
}

diesel::table! {
    entries (channel, seq) {
        channel -> BigInt,
        seq -> BigInt,
        event_id -> Text,
        kind -> Text,
        sender -> BigInt,
        nonce -> Text,
        term -> BigInt,
        host_ts -> BigInt,
        root -> Binary,
        event -> Text,
        signature -> Binary,
        void -> Nullable<Text>,
        target_seq -> Nullable<BigInt>,
        redacted_seq -> Nullable<BigInt>,
    }
}

diesel::table! {
    bodies (channel, seq) {
        channel -> BigInt,
        seq -> BigInt,
        body -> Text,
    }
}

diesel::table! {
    messages (channel, seq) {
        channel -> BigInt,
        seq -> BigInt,
        id -> Text,
        sender -> BigInt,
        ts -> BigInt,
        nonce -> Text,
        body_seq -> BigInt,
        edited_ts -> Nullable<BigInt>,
        deleted -> Bool,
        reply_to -> Nullable<Text>,
        thread -> Nullable<Text>,
        thread_seq -> Nullable<BigInt>,
        thread_index -> Nullable<BigInt>,
        thread_count -> BigInt,
        has_reactions -> Bool,
        thread_live -> BigInt,
    }
}

diesel::table! {
    thread_reads (channel, root_seq, user_num) {
        channel -> BigInt,
        root_seq -> BigInt,
        user_num -> BigInt,
        following -> Bool,
        read_seq -> BigInt,
        read_base -> BigInt,
        last_ts -> BigInt,
    }
}

diesel::table! {
    edits (channel, message_seq, seq) {
        channel -> BigInt,
        message_seq -> BigInt,
        seq -> BigInt,
        ts -> BigInt,
    }
}

diesel::table! {
    reactions (channel, message_seq, emoji, user_num) {
        channel -> BigInt,
        message_seq -> BigInt,
        emoji -> Text,
        user_num -> BigInt,
        seq -> BigInt,
        event_id -> Text,
    }
}

diesel::table! {
    members (channel, user_num) {
        channel -> BigInt,
        user_num -> BigInt,
        membership -> Text,
        role -> Text,
        since_seq -> BigInt,
        joined_seq -> Nullable<BigInt>,
        invited_by -> Nullable<BigInt>,
        notify -> Text,
        read_seq -> BigInt,
        read_base -> BigInt,
    }
}

diesel::table! {
    notifications (id) {
        id -> BigInt,
        user_num -> BigInt,
        channel -> BigInt,
        seq -> BigInt,
        kind -> Text,
        ts -> BigInt,
        seen -> Bool,
        thread_seq -> Nullable<BigInt>,
    }
}

diesel::table! {
    unseen_counts (user_num, channel, root_seq) {
        user_num -> BigInt,
        channel -> BigInt,
        root_seq -> BigInt,
        unseen -> BigInt,
    }
}

diesel::table! {
    peers (server) {
        server -> Text,
        root -> Binary,
        serial -> BigInt,
        document -> Text,
        fetched_ts -> BigInt,
        suspended -> Bool,
    }
}

diesel::table! {
    replicas (channel, server) {
        channel -> BigInt,
        server -> Text,
        acked -> BigInt,
        until -> Nullable<BigInt>,
    }
}

diesel::table! {
    refusals (num) {
        num -> BigInt,
        event_id -> Text,
        channel -> BigInt,
        sender -> BigInt,
        nonce -> Text,
        event -> Text,
        body -> Nullable<Text>,
        created_ts -> BigInt,
        code -> Text,
        detail -> Text,
        refused_ts -> BigInt,
    }
}

diesel::table! {
    regrets (event_id) {
        event_id -> Text,
        channel -> BigInt,
        sender -> BigInt,
        ts -> BigInt,
    }
}

diesel::table! {
    pending (num) {
        num -> BigInt,
        event_id -> Text,
        channel -> BigInt,
        host -> Text,
        sender -> BigInt,
        nonce -> Text,
        event -> Text,
        signature -> Binary,
        body -> Nullable<Text>,
        created_ts -> BigInt,
    }
}

diesel::table! {
    errands (num) {
        num -> BigInt,
        server -> Text,
        path -> Text,
        body -> Text,
        created_ts -> BigInt,
    }
}

diesel::table! {
    alarms (num) {
        num -> BigInt,
        ts -> BigInt,
        kind -> Text,
        server -> Text,
        channel -> Text,
        detail -> Text,
    }
}

diesel::table! {
    evidence (channel) {
        channel -> Text,
        ts -> BigInt,
        a -> Text,
        b -> Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    meta,
    signing_keys,
    users,
    sessions,
    user_invites,
    channels,
    channel_keys,
    entries,
    bodies,
    messages,
    edits,
    reactions,
    members,
    thread_reads,
    notifications,
    peers,
    replicas,
    pending,
    errands,
    alarms,
    evidence,
    reports,
);

diesel::table! {
    heads (channel, size) {
        channel -> BigInt,
        size -> BigInt,
        kid -> Text,
        ts -> BigInt,
        signature -> Binary,
    }
}

diesel::table! {
    missing_bodies (channel, seq) {
        channel -> BigInt,
        seq -> BigInt,
        created_ts -> BigInt,
        tries -> BigInt,
        due_ts -> BigInt,
    }
}

diesel::table! {
    files (hash) {
        hash -> Text,
        size -> BigInt,
        media_type -> Text,
        width -> Nullable<BigInt>,
        height -> Nullable<BigInt>,
        created_ts -> BigInt,
    }
}

diesel::table! {
    file_owners (hash, user_num) {
        hash -> Text,
        user_num -> BigInt,
        ts -> BigInt,
    }
}

diesel::table! {
    file_refs (channel, seq, hash) {
        channel -> BigInt,
        seq -> BigInt,
        hash -> Text,
        user_num -> BigInt,
        standing -> Text,
    }
}

diesel::table! {
    shared_files (channel, kind, seq) {
        channel -> BigInt,
        kind -> Text,
        seq -> BigInt,
    }
}

diesel::table! {
    file_copies (hash) {
        hash -> Text,
        size -> BigInt,
        used_ts -> BigInt,
    }
}

diesel::table! {
    file_removals (hash) {
        hash -> Text,
    }
}

diesel::table! {
    uploads (id) {
        id -> Text,
        user_num -> BigInt,
        name -> Text,
        size -> BigInt,
        created_ts -> BigInt,
        hash -> Nullable<Text>,
    }
}

diesel::table! {
    retentions (channel) {
        channel -> BigInt,
        days -> BigInt,
    }
}

diesel::table! {
    joinings (channel, user_num) {
        channel -> BigInt,
        user_num -> BigInt,
        seq -> BigInt,
        event_id -> Text,
        seen_size -> BigInt,
        seen_root -> Binary,
        head -> Nullable<Text>,
        created_ts -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(files, file_owners, file_refs, members, uploads);
diesel::allow_tables_to_appear_in_same_query!(blocks, file_refs, users);
diesel::allow_tables_to_appear_in_same_query!(blocks, keywords, members, push_endpoints);
diesel::allow_tables_to_appear_in_same_query!(emails, notifications);
diesel::allow_tables_to_appear_in_same_query!(exclusions, channels);
diesel::allow_tables_to_appear_in_same_query!(exclusions, members);
diesel::allow_tables_to_appear_in_same_query!(exclusions, users);
diesel::allow_tables_to_appear_in_same_query!(joinings, channels);
diesel::allow_tables_to_appear_in_same_query!(missing_bodies, channels);
diesel::allow_tables_to_appear_in_same_query!(regrets, entries);
diesel::allow_tables_to_appear_in_same_query!(reports, file_refs);
diesel::allow_tables_to_appear_in_same_query!(file_refs, channels);
diesel::allow_tables_to_appear_in_same_query!(file_refs, entries);
diesel::allow_tables_to_appear_in_same_query!(retentions, channels);
diesel::allow_tables_to_appear_in_same_query!(retentions, entries);
diesel::allow_tables_to_appear_in_same_query!(saved, members);
diesel::allow_tables_to_appear_in_same_query!(saved, messages);
diesel::allow_tables_to_appear_in_same_query!(saved, users);
diesel::allow_tables_to_appear_in_same_query!(scheduled, channels);
diesel::allow_tables_to_appear_in_same_query!(scheduled_files, files);
diesel::allow_tables_to_appear_in_same_query!(webhooks, channels);
diesel::allow_tables_to_appear_in_same_query!(webhooks, users);
