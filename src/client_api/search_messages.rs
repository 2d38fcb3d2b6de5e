//! GET /search: messages by what they say.

use actix_web::{HttpRequest, HttpResponse, get};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cursor;
use crate::domain::page_size;
use crate::domain::search::query::Query;
use crate::domain::search::{SEARCH_PAGE_DEFAULT, SEARCH_PAGE_MAX};
use crate::domain::view::Message;
use crate::http::extract::Text;
use crate::http::{App, Auth, Params, Problem};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// Words, all of which the message or the names of its files have, in any order; `"several words"` that follow each other; `begin*`;
    /// `-not this`; and operators: `from:@ann`, `in:#general`, `in:@ann`, `mentions:me`,
    /// `has:link|file|image`, `is:thread`, `before:2026-01-31`, `after:2026-01`, `during:2026`.
    /// At most 1024 bytes.
    #[param(value_type = Option<String>, pattern = r"^[^\x00]*$", example = "lunch from:@ann -\"next week\"")]
    pub q: Option<Text>,
    /// As the operator: a channel's id, alias or name, or a person for the direct messages with them.
    #[param(value_type = Option<String>, pattern = r"^[^\x00]*$")]
    pub r#in: Option<Text>,
    /// As the operator: `@name`, `@name:server` or `me`.
    #[param(value_type = Option<String>, pattern = r"^[^\x00]*$")]
    pub from: Option<Text>,
    /// As the operator.
    #[param(pattern = "^(link|file|image)$")]
    pub has: Option<String>,
    /// As the operator: a date, or milliseconds since 1970.
    pub before: Option<String>,
    /// As the operator: a date, or milliseconds since 1970.
    pub after: Option<String>,
    /// Minutes east of UTC where days begin at midnight; 0 if not given.
    #[param(minimum = -840, maximum = 840)]
    pub utc_offset: Option<i64>,
    /// `new`: the newest first, which is the default; `best`: those that fit best first, of the newest 500 that fit.
    #[serde(default)]
    #[param(inline)]
    pub sort: Sort,
    pub cursor: Option<String>,
    #[param(minimum = 1, maximum = 50, default = 20)]
    pub limit: Option<u32>,
}

#[derive(Clone, Copy, Default, PartialEq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    #[default]
    New,
    Best,
}

impl SearchQuery {
    fn read(&self) -> Result<Query, Problem> {
        let mut query = Query::new(self.utc_offset.unwrap_or(0))?;
        if let Some(Text(text)) = &self.q {
            query.text(text)?;
        }
        let text = |text: &Option<Text>| text.as_ref().map(|Text(text)| text.clone());
        let filters = [
            ("/in", "in", text(&self.r#in)),
            ("/from", "from", text(&self.from)),
            ("/has", "has", self.has.clone()),
            ("/before", "before", self.before.clone()),
            ("/after", "after", self.after.clone()),
        ];
        for (pointer, name, value) in filters {
            if let Some(value) = value {
                query.operator(pointer, name, &value, false)?;
            }
        }
        Ok(query)
    }
}

#[derive(Serialize, ToSchema)]
pub struct SearchResults {
    pub results: Vec<SearchResult>,
    #[schema(required)]
    pub next: Option<String>,
}

/// A message that fits.
#[derive(Serialize, ToSchema)]
pub struct SearchResult {
    pub message: Message,
    /// Where the words stand in the message's text: each start and length, in UTF-16 code units.
    #[schema(example = json!([[0, 5]]))]
    pub highlights: Vec<Vec<usize>>,
}

/// Messages that fit, of the channels that one is in, as far back as one may read there.
/// Case and accents make no difference; Chinese, Japanese and Korean need no spaces. People and channels are
/// found by `GET /users` and `GET /directory`.
#[utoipa::path(operation_id = "search_messages", tag = "messages", params(SearchQuery), responses((status = 200, body = SearchResults)))]
#[get("/search")]
pub async fn search_messages(
    app: App,
    request: HttpRequest,
    actor: Auth,
    query: Params<SearchQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let limit = page_size(query.limit, SEARCH_PAGE_DEFAULT, SEARCH_PAGE_MAX)?;
    let (asked, cursor) = (query.read()?, query.cursor.as_deref());
    let (found, next) = match query.sort {
        Sort::New => {
            let after = cursor.map(cursor::triple).transpose()?;
            let (found, next) = app.domain.search(&actor.0, asked, after, limit).await?;
            (found, next.map(|(ts, channel, seq)| format!("{ts}.{channel}.{seq}")))
        }
        Sort::Best => {
            let after = cursor.map(cursor::four).transpose()?;
            let (found, next) = app.domain.search_best(&actor.0, asked, after, limit).await?;
            (found, next.map(|(points, ts, channel, seq)| format!("{points}.{ts}.{channel}.{seq}")))
        }
    };
    let results = found.into_iter().map(|found| SearchResult {
        message: found.message,
        highlights: found.highlights.into_iter().map(|(start, length)| vec![start, length]).collect(),
    });
    let results = results.collect();
    Ok(cursor::page(&request, next, |next| SearchResults { results, next }))
}
