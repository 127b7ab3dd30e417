//! Checks the signature of a request by the account's key.
//!
//! Source: Azure Cosmos DB REST API, "Access control on Azure Cosmos DB resources", constructing a hashed token signature for a
//! master token: HMAC-SHA-256 over the lines verb, resource type, resource link, date and an empty one, of which verb, type and
//! date are in lower case; the header holds `type=master&ver=1.0&sig=` and the signature in Base64, URL-encoded.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;

/// Whether `authorization` is the signature of the request.
pub(crate) fn is_right(key: &str, authorization: &str, verb: &str, path: &str, date: &str) -> bool {
    let Some(signature) = signature_in(authorization) else {
        return false;
    };
    let Ok(key) = STANDARD.decode(key) else {
        return false;
    };
    let (kind, link) = resource(path);
    let text = format!("{}\n{kind}\n{link}\n{}\n\n", verb.to_lowercase(), date.to_lowercase());
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, &key), text.as_bytes(), &signature).is_ok()
}

fn signature_in(authorization: &str) -> Option<Vec<u8>> {
    let decoded = percent_decode_str(authorization).decode_utf8().ok()?;
    let signature = decoded.strip_prefix("type=master&ver=1.0&sig=")?;
    STANDARD.decode(signature).ok()
}

/// The type and the link of the resource that a path is about: `dbs/a/colls/b/docs/c` is an item; `dbs/a/colls/b/docs` are the
/// items of the container `dbs/a/colls/b`.
fn resource(path: &str) -> (String, String) {
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    let parts: Vec<&str> = decoded.split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [] => (String::new(), String::new()),
        [parents @ .., kind] if parents.len() % 2 == 0 => (kind.to_lowercase(), parents.join("/")),
        [.., kind, _] => (kind.to_lowercase(), parts.join("/")),
        [kind] => (kind.to_lowercase(), String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "dsZQi3KtZmCv1ljt3VNWNm7sQUF1y5rJfC6kv5JiwvW0EndXdDku/dkKBp8/ufDToSxLzR4y+O/0H/t4bQtVNw==";
    const DATE: &str = "Thu, 27 Apr 2017 00:51:12 GMT";

    /// The example of the page that is the source of the rule.
    #[test]
    fn the_documented_example_is_right_and_nothing_near_it() {
        let header = "type%3dmaster%26ver%3d1.0%26sig%3dc09PEVJrgp2uQRkr934kFbTqhByc7TVr3OHyqlu%2bc%2bc%3d";
        assert!(is_right(KEY, header, "GET", "/dbs/ToDoList", DATE));
        assert!(!is_right(KEY, header, "DELETE", "/dbs/ToDoList", DATE));
        assert!(!is_right(KEY, header, "GET", "/dbs/Other", DATE));
        assert!(!is_right(
            KEY,
            header,
            "GET",
            "/dbs/ToDoList",
            "Thu, 27 Apr 2017 00:51:13 GMT"
        ));
        assert!(!is_right(crate::ACCOUNT_KEY, header, "GET", "/dbs/ToDoList", DATE));
        assert!(!is_right(KEY, "", "GET", "/dbs/ToDoList", DATE));
    }

    #[test]
    fn a_path_tells_its_resource() {
        for (path, kind, link) in [
            ("/", "", ""),
            ("/dbs", "dbs", ""),
            ("/dbs/a", "dbs", "dbs/a"),
            ("/dbs/a/colls/b/docs", "docs", "dbs/a/colls/b"),
            ("/dbs/a/colls/b/docs/c%20d", "docs", "dbs/a/colls/b/docs/c d"),
            ("/dbs/a/colls/b/pkranges", "pkranges", "dbs/a/colls/b"),
        ] {
            assert_eq!(resource(path), (kind.to_owned(), link.to_owned()), "{path}");
        }
    }
}
