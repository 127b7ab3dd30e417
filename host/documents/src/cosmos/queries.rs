//! Queries: rows come by pages of the service, and are evaluated here.
//!
//! The service's pages end where it likes; a page of an answer may end in the middle of one. So a continuation of a scan says with
//! which of the service's pages to go on, and after which row in it. Orders and groups need all rows for every page of theirs.

use std::num::NonZeroU32;
use std::sync::atomic::AtomicBool;

use azure_data_cosmos::clients::ContainerClient;
use azure_data_cosmos::feed::ContinuationToken;
use azure_data_cosmos::options::{MaxItemCountHint, QueryOptions as FeedOptions};
use azure_data_cosmos::{CosmosError, FeedScope};
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::sync::{mpsc, oneshot};

use super::calls;
use super::compute::Compute;
use super::rows::{Arrived, Rows};
use crate::error::StoreError;
use crate::meter;
use crate::operations::{Page, QueryLimits, QueryOptions};
use crate::query::{Budget, Flow, Query, Run};

/// The most rows to ask for at once when not all are wanted.
const MOST_ROWS: u64 = 1000;
/// The fewest rows to ask for when a filter may leave most of them out.
const FEWEST_FILTERED_ROWS: u64 = 100;

/// A query that was checked, and where it is to be asked.
pub(super) struct Question {
    pub(super) query: Query,
    pub(super) rows: Rows,
    pub(super) scope: FeedScope,
    pub(super) options: QueryOptions,
    pub(super) limits: QueryLimits,
}

/// A continuation. That of the evaluation is inside.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Continuation {
    run: Box<RawValue>,
    /// Where the scan goes on; none: such as orders and groups have no place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scan: Option<Place>,
}

/// A place in a scan.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    /// The service's page; none: the first.
    page: Option<String>,
    /// Whether some of its rows are dealt with already: those up to the run's own place.
    begun: bool,
}

/// A page of the service, on its way to the evaluation.
struct Batch {
    rows: Vec<Box<RawValue>>,
    /// The token of this page, and of the next; none: the first, and there is none. Only for a scan.
    page: Option<String>,
    next: Option<String>,
    /// Asks for the next one.
    more: oneshot::Sender<()>,
}

/// One page of the answer.
pub(super) async fn ask(
    compute: &Compute,
    container: &ContainerClient,
    question: Question,
) -> Result<Page, StoreError> {
    let Question {
        query,
        rows,
        scope,
        mut options,
        limits,
    } = question;
    let is_scan = query.rows_wanted(&options).is_some();
    let start = begin(&mut options, is_scan)?;
    let has_rows = query.has_rows();
    let mut feed = FeedOptions::default().with_max_item_count(rows_at_once(&query, &options));
    if let Some(page) = start.as_ref().and_then(|place| place.page.clone()) {
        feed = feed.with_continuation_token(ContinuationToken::from_string(page));
    }
    let resumed = options.continuation.is_some();
    let sql = rows.sql.clone();
    let (batches, arriving) = mpsc::channel(1);
    let evaluation = compute.run(move |gone| evaluate(&query, &rows, &options, &limits, start, arriving, gone));
    let fetching = async {
        let first_page = feed
            .feed
            .continuation_token
            .as_ref()
            .map(|token| token.as_str().to_owned());
        let fetch = async {
            let items = container.query_items::<Box<RawValue>>(sql, scope, Some(feed)).await;
            let mut pages = items.map_err(|error| refused(&error, resumed))?.into_pages();
            let mut page = first_page;
            loop {
                let Some(answer) = pages.next().await else {
                    return Ok(());
                };
                let answer = answer.map_err(|error| refused(&error, resumed))?;
                if let Some(charge) = answer.headers().request_charge() {
                    meter::charge(charge.value());
                }
                let next = match is_scan {
                    true => Some(pages.to_continuation_token().map_err(|error| refused(&error, false))?),
                    false => None,
                };
                let next = next.map(|token| token.as_str().to_owned());
                let (more, wanted) = oneshot::channel();
                let rows = answer.into_items();
                let batch = Batch {
                    rows,
                    page: page.take(),
                    next: next.clone(),
                    more,
                };
                page = next;
                if batches.send(Ok(batch)).await.is_err() || wanted.await.is_err() {
                    return Ok(());
                }
            }
        };
        let outcome = tokio::time::timeout_at(limits.deadline.into(), fetch).await;
        let outcome = outcome.unwrap_or(Err(StoreError::Timeout));
        if let Err(error) = outcome {
            // If the evaluation has ended, it has its answer already.
            drop(batches.send(Err(error)).await);
        }
        drop(batches);
    };
    let evaluation = async {
        tokio::pin!(evaluation);
        if !has_rows {
            return evaluation.await;
        }
        tokio::select! {
            biased;
            answer = &mut evaluation => answer,
            () = fetching => evaluation.await,
        }
    };
    evaluation.await?
}

/// Takes the continuation apart: the evaluation's stays in `options`.
fn begin(options: &mut QueryOptions, is_scan: bool) -> Result<Option<Place>, StoreError> {
    let Some(text) = options.continuation.take() else {
        return Ok(None);
    };
    let parsed = serde_json::from_str::<Continuation>(&text).ok();
    let Continuation { run, scan } = parsed
        .filter(|parsed| parsed.scan.is_some() == is_scan)
        .ok_or_else(not_of_this_query)?;
    options.continuation = Some(run.get().to_owned());
    Ok(scan)
}

fn not_of_this_query() -> StoreError {
    StoreError::Invalid("the continuation isn't one of this query".to_owned())
}

/// A failure of the service. That it can't read something is the fault of a continuation, since all else was made here.
fn refused(error: &CosmosError, resumed: bool) -> StoreError {
    if resumed && error.status().is_bad_request() {
        return not_of_this_query();
    }
    calls::refusal(error)
}

/// As many rows as fill the page, so that none is paid for twice; or as many as the service thinks best.
fn rows_at_once(query: &Query, options: &QueryOptions) -> MaxItemCountHint {
    let fewest = if query.has_filter() { FEWEST_FILTERED_ROWS } else { 1 };
    let wanted = query.rows_wanted(options).map(|rows| rows.clamp(fewest, MOST_ROWS));
    wanted
        .and_then(|rows| NonZeroU32::new(u32::try_from(rows).ok()?))
        .map_or(MaxItemCountHint::ServerDecides, MaxItemCountHint::Limit)
}

fn evaluate(
    query: &Query,
    rows: &Rows,
    options: &QueryOptions,
    limits: &QueryLimits,
    start: Option<Place>,
    mut arriving: mpsc::Receiver<Result<Batch, StoreError>>,
    gone: &AtomicBool,
) -> Result<Page, StoreError> {
    let budget = Budget::new(limits.max_bytes_held, limits.deadline, gone, &|| ());
    let mut run = Run::start(query, options, limits, &budget)?;
    let mut end = None;
    if query.has_rows() {
        end = feed(&mut run, rows, start.is_some_and(|place| place.begun), &mut arriving)?;
    } else {
        run.push_nothing()?;
    }
    let page = run.finish()?;
    let Some(continuation) = page.continuation else {
        return Ok(page);
    };
    let run = RawValue::from_string(continuation)
        .map_err(|error| StoreError::unavailable(format!("a continuation isn't JSON: {error}")))?;
    let continuation = serde_json::to_string(&Continuation { run, scan: end })
        .map_err(|error| StoreError::unavailable(format!("a continuation isn't JSON: {error}")))?;
    Ok(Page {
        continuation: Some(continuation),
        ..page
    })
}

/// Gives the run its rows, until it has enough, and says where it would go on.
fn feed(
    run: &mut Run<'_>,
    rows: &Rows,
    mut begun: bool,
    arriving: &mut mpsc::Receiver<Result<Batch, StoreError>>,
) -> Result<Option<Place>, StoreError> {
    while let Some(batch) = arriving.blocking_recv() {
        let Batch {
            rows: texts,
            page,
            next,
            more,
        } = batch?;
        // An order or a group wants all rows: the next ones may be on their way meanwhile.
        let mut more = Some(more);
        if next.is_none() {
            ask_for_more(&mut more);
        }
        let arrived = texts
            .iter()
            .map(|text| rows.read(text.get()))
            .collect::<Result<Vec<_>, _>>()?;
        let begin = if std::mem::take(&mut begun) {
            passed(&arrived, run.start_after())
        } else {
            0
        };
        for (index, row) in arrived.iter().enumerate().skip(begin) {
            if run.push(&row.as_row())? == Flow::Full {
                let begun = index > 0;
                return Ok(Some(Place { page, begun }));
            }
        }
        if next.is_some() && run.is_full() {
            let (page, begun) = (next, false);
            return Ok(Some(Place { page, begun }));
        }
        ask_for_more(&mut more);
    }
    Ok(None)
}

/// How many rows of a page come up to and with the one at that position. It may be gone meanwhile: then those count that are before
/// it in the order of their partition.
fn passed(rows: &[Arrived], position: i64) -> usize {
    let itself = rows.iter().position(|row| row.position() == position);
    itself.map_or_else(
        || rows.iter().take_while(|row| row.position() < position).count(),
        |index| index + 1,
    )
}

fn ask_for_more(more: &mut Option<oneshot::Sender<()>>) {
    if let Some(more) = more.take() {
        // If nobody listens, the deadline came, which the channel will tell.
        let _ = more.send(());
    }
}
