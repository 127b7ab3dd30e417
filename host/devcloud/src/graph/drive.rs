//! The caller's OneDrive: small uploads, and reading back what was uploaded.
//!
//! As Graph does (Microsoft documentation, "Upload small files" and "Download driveItem content"), a `PUT` makes or
//! replaces a file at a path, and a `GET` of content answers with a redirect to an address that needs no token: whoever
//! follows it must leave theirs behind.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use aws_lc_rs::digest::{SHA256, digest};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use super::Call;
use super::answer::{self, Answer, GraphError, Ids};
use super::request::GraphRequest;
use crate::bounded::BoundedMap;
use crate::cloud::Shared;
use crate::personas::Persona;
use crate::random;

/// The largest file that one request may bring, in bytes. Graph takes 250 MB; tools bring some.
pub(crate) const MAX_UPLOAD: usize = 16 * 1024 * 1024;

/// What all files of one person may come to, in bytes.
const QUOTA: usize = 64 * 1024 * 1024;

/// How many files one person may have.
const MAX_FILES: usize = 1000;

/// Download addresses that are known at once.
const MAX_DOWNLOADS: usize = 1000;

/// Characters that OneDrive's names can't have.
const FORBIDDEN: &[char] = &['"', '*', ':', '<', '>', '?', '/', '\\', '|'];

const WRITE: &[&str] = &["Files.ReadWrite", "Files.ReadWrite.All"];
const READ: &[&str] = &["Files.Read", "Files.Read.All", "Files.ReadWrite", "Files.ReadWrite.All"];

/// Everybody's files.
pub(crate) struct Drive {
    /// By the owner's short name and the path.
    files: Mutex<BTreeMap<(&'static str, String), File>>,
    /// By the secret part of the address.
    downloads: Mutex<BoundedMap<(&'static str, String)>>,
}

#[derive(Clone)]
struct File {
    id: String,
    version: u32,
    media_type: String,
    created: OffsetDateTime,
    modified: OffsetDateTime,
    content: Bytes,
}

/// What is uploaded.
struct NewFile {
    media_type: String,
    content: Bytes,
    /// Whether a file that is there already must stay.
    keep_old: bool,
}

/// What of a file a request is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Item,
    Content,
}

/// Whether a request brings a file.
pub(crate) fn is_upload(request: &GraphRequest) -> bool {
    request.method == Method::PUT && matches!(request.names().as_slice(), ["me", "drive", "root:", .., "content"])
}

/// `/me/drive/root:/{path}` and `/me/drive/root:/{path}:/content`.
pub(crate) fn item(call: &Call<'_>) -> Result<Answer, GraphError> {
    let (path, part) = address(call.request)?;
    match (&call.request.method, part) {
        (&Method::PUT, Part::Content) => upload(call, path),
        (&Method::GET, Part::Content) => download(call, path),
        (&Method::GET, Part::Item) => {
            call.request.only_options(&[])?;
            call.caller.must(READ)?;
            let file = call.data().drive.file(call.caller.persona, &path)?;
            Ok(Answer::ok(describe(call, &path, &file)))
        }
        _ => Err(GraphError::method_not_allowed()),
    }
}

/// The path below the root, and what of the file is meant.
fn address(request: &GraphRequest) -> Result<(String, Part), GraphError> {
    let below = &request.segments[3..];
    let (below, part) = match below {
        [path @ .., content]
            if content.eq_ignore_ascii_case("content") && path.last().is_some_and(|last| last.ends_with(':')) =>
        {
            (path, Part::Content)
        }
        path => (path, Part::Item),
    };
    let names = below.iter().enumerate().map(|(at, name)| {
        let last = at + 1 == below.len();
        let name = if last {
            name.strip_suffix(':').unwrap_or(name)
        } else {
            name
        };
        let valid = !name.is_empty()
            && name.len() <= 400
            && name.trim() == name
            && !name.ends_with('.')
            && !name.contains(|character: char| character.is_control() || FORBIDDEN.contains(&character));
        if valid {
            Ok(name)
        } else {
            Err(GraphError::invalid_name())
        }
    });
    let names: Vec<&str> = names.collect::<Result<_, _>>()?;
    if names.is_empty() {
        return Err(GraphError::invalid_name());
    }
    Ok((names.join("/"), part))
}

fn upload(call: &Call<'_>, path: String) -> Result<Answer, GraphError> {
    call.request.only_options(&[])?;
    call.caller.must(WRITE)?;
    let keep_old = match call.request.option("@microsoft.graph.conflictBehavior") {
        None | Some("replace") => false,
        Some("fail") => true,
        Some(other) => return Err(GraphError::invalid_conflict_behavior(other)),
    };
    let media_type = call
        .request
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let file = NewFile {
        media_type: media_type.unwrap_or("application/octet-stream").to_owned(),
        content: call.request.body.clone(),
        keep_old,
    };
    let (file, status) = call.data().drive.put(call.caller.persona, &path, file)?;
    Ok(Answer::json(status, describe(call, &path, &file)))
}

/// A redirect to where the content is, for as long as that address is remembered.
fn download(call: &Call<'_>, path: String) -> Result<Answer, GraphError> {
    call.request.only_options(&[])?;
    call.caller.must(READ)?;
    let drive = &call.data().drive;
    drive.file(call.caller.persona, &path)?;
    let ticket = random::opaque::<24>();
    let to = format!("{}/download/{ticket}", call.cloud.addresses.graph());
    let mut downloads = drive.downloads.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    downloads.insert(ticket, (call.caller.persona.name, path));
    Ok(Answer::empty(StatusCode::FOUND).with(header::LOCATION, to))
}

/// `GET /graph/download/{ticket}`, without a token.
pub(crate) async fn content(State(cloud): State<Shared>, Path(ticket): Path<String>, headers: HeaderMap) -> Response {
    let drive = &cloud.graph.drive;
    let known = {
        let downloads = drive.downloads.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        downloads.get(&ticket).cloned()
    };
    let file = known.and_then(|key| drive.files().get(&key).cloned());
    match file {
        Some(file) => {
            // To be saved and not shown: what a tool uploads is nothing that a browser should run on this origin.
            let headers = [
                (header::CONTENT_TYPE, file.media_type),
                (header::CONTENT_DISPOSITION, "attachment".to_owned()),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
            ];
            (headers, file.content).into_response()
        }
        None => {
            let ids = Ids::new(&headers);
            GraphError::item_not_found().answer(&ids).into_response(&ids)
        }
    }
}

/// A `driveItem` (Microsoft documentation, "driveItem resource type").
fn describe(call: &Call<'_>, path: &str, file: &File) -> Value {
    let (folder, name) = path
        .rsplit_once('/')
        .map_or((String::new(), path), |(folder, name)| (format!("/{folder}"), name));
    let drive_id = format!("b!{}", call.caller.persona.object_id);
    json!({
        "@odata.context": call.url("/$metadata#users('me')/drive/root/$entity"),
        "id": file.id,
        "name": name,
        "size": file.content.len(),
        "eTag": format!("\"{{{}}},{}\"", file.id, file.version),
        "cTag": format!("\"c:{{{}}},{}\"", file.id, file.version),
        "createdDateTime": format!("{}Z", answer::date(file.created)),
        "lastModifiedDateTime": format!("{}Z", answer::date(file.modified)),
        "file": { "mimeType": file.media_type },
        "parentReference": { "driveId": drive_id, "driveType": "business", "path": format!("/drive/root:{folder}") },
    })
}

fn sha256(content: &[u8]) -> String {
    let hash = digest(&SHA256, content);
    hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Drive {
    pub(crate) fn new() -> Self {
        Self {
            files: Mutex::default(),
            downloads: Mutex::new(BoundedMap::new(MAX_DOWNLOADS)),
        }
    }

    fn files(&self) -> MutexGuard<'_, BTreeMap<(&'static str, String), File>> {
        // A panic while the lock was held can't have left it half changed: each change is one insertion.
        self.files.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Makes a file or replaces it, and tells by the status which it was.
    fn put(&self, owner: &'static Persona, path: &str, file: NewFile) -> Result<(File, StatusCode), GraphError> {
        let now = OffsetDateTime::now_utc();
        let key = (owner.name, path.to_owned());
        let mut files = self.files();
        let others = files
            .iter()
            .filter(|(known, _)| known.0 == owner.name && **known != key);
        let (count, used) = others.fold((0, 0), |(count, used), (_, other)| {
            (count + 1, used + other.content.len())
        });
        if count >= MAX_FILES || used + file.content.len() > QUOTA {
            return Err(GraphError::out_of_space());
        }
        let (file, status) = match files.get(&key) {
            Some(_) if file.keep_old => return Err(GraphError::name_taken()),
            Some(old) => {
                let replaced = File {
                    version: old.version.saturating_add(1),
                    media_type: file.media_type,
                    modified: now,
                    content: file.content,
                    ..old.clone()
                };
                (replaced, StatusCode::OK)
            }
            None => {
                let made = File {
                    id: format!("01{}", Uuid::new_v4().simple()).to_uppercase(),
                    version: 1,
                    media_type: file.media_type,
                    created: now,
                    modified: now,
                    content: file.content,
                };
                (made, StatusCode::CREATED)
            }
        };
        files.insert(key, file.clone());
        Ok((file, status))
    }

    fn file(&self, owner: &'static Persona, path: &str) -> Result<File, GraphError> {
        let file = self.files().get(&(owner.name, path.to_owned())).cloned();
        file.ok_or_else(GraphError::item_not_found)
    }

    /// Every file, without its content, for whoever checks what a tool has uploaded.
    pub(crate) fn list(&self) -> Value {
        let files = self.files();
        let files = files.iter().map(|((owner, path), file)| {
            json!({
                "persona": owner,
                "path": path,
                "size": file.content.len(),
                "media_type": file.media_type,
                "sha256": sha256(&file.content),
            })
        });
        Value::Array(files.collect())
    }
}
