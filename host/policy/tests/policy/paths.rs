//! Attacks on paths, and the good ones that must get through.

use usher_policy::{GraphPath, PathError};

#[test]
fn a_path_with_two_readings_is_refused() {
    let long = format!("/me/{}", "a".repeat(1021));
    for attack in [
        // Not a path below the base.
        "",
        "me",
        "/",
        "//evil.com",
        "//evil.com/me",
        "/\\evil.com",
        "\\\\evil.com\\me",
        "https://evil.com/me",
        "@evil.com/me",
        "/@evil.com/me",
        ":8080/me",
        ".evil.com/me",
        // Segments that aren't there.
        "/me/",
        "/me//messages",
        "/me/messages/",
        // Other directories.
        "/.",
        "/..",
        "/me/..",
        "/me/../users",
        "/me/./messages",
        "/me/%2e%2e/users",
        "/me/%2E%2E/users",
        "/me/.%2e/users",
        "/me/%2e/messages",
        "/me/.../users",
        "/me/.. /users",
        "/me/..%20/users",
        "/me/ ../users",
        "/me/..%00/users",
        "/me/..;/users",
        "/me/drive/root:/..:/content",
        "/me/drive/root:/a/..:/content",
        "/me/drive/root:..:/content",
        "/me/drive/root:/%2e%2e:/content",
        "/me/drive/root:/a.:/content",
        "/me/drive/root:/a%20:/content",
        // Slashes within segments.
        "/me%2Fmessages",
        "/me%2fmessages",
        "/me%5Cmessages",
        "/me%5cmessages",
        "/me\\messages",
        "/me/..\\users",
        "/me/..%5cusers",
        "/me/..%2fusers",
        // Encoded twice.
        "/me/%252e%252e/users",
        "/me%252fmessages",
        "/me%255cmessages",
        "/me/100%25",
        "/me/%25",
        // Escapes that aren't.
        "/me/%",
        "/me/%2",
        "/me/%zz",
        "/me/%u002e%u002e/users",
        "/me/%c0%ae%c0%ae/users",
        "/me/%c0%af",
        "/me/%ff",
        "/me/%ed%a0%80",
        // Queries and fragments, matrix parameters.
        "/me?$select=id",
        "/me%3f$select=id",
        "/me#x",
        "/me%23x",
        "/me;v=1",
        "/me%3bv=1",
        // Control and invisible characters.
        "/me/\0",
        "/me/%00",
        "/me/a%0d%0aHost:%20evil.com",
        "/me/a\r\nb",
        "/me/\t..",
        "/me/\u{7f}",
        "/me/\u{85}",
        "/me/\u{feff}users",
        "/me/\u{200b}users",
        "/me/.\u{200b}./users",
        "/me/a\u{202e}b",
        "/me/%e2%80%ae",
        "/me/\u{2028}",
        "/me/.\u{ad}.",
        // Look-alikes and full-width forms.
        "/me\u{ff0f}messages",
        "/me\u{2044}messages",
        "/me\u{2215}messages",
        "/me\u{29f8}messages",
        "/me\u{ff3c}messages",
        "/me\u{2216}messages",
        "/me\u{fe68}messages",
        "/me/\u{ff0e}\u{ff0e}/users",
        "/me/\u{2024}\u{2024}/users",
        "/me/\u{2025}/users",
        "/me/\u{2026}/users",
        "/me/\u{fe52}\u{fe52}/users",
        "/me/%ef%bc%8e%ef%bc%8e/users",
        "/me/\u{ff05}2e",
        "/me\u{ff1f}a",
        "/me\u{ff03}a",
        "/me/root\u{ff1a}",
        "/me/root\u{2236}",
        "/me/root\u{a789}",
        "/me/\u{2100}",
        "/me/\u{2105}",
        // Requests within a request.
        "/$batch",
        "/$BATCH",
        "/$Batch",
        "/%24batch",
        "/%24%62%61%74%63%68",
        "/$b%61tch",
        "/me/$batch",
        "/me/../$batch",
        "/me/%2e%2e/$batch",
        "/$batch/me",
        "/me/drive/root:/$batch",
        "/me/drive/root:$batch:/x",
        "/\u{ff04}batch",
        "/$\u{ff42}atch",
        "/$\u{1d41b}atch",
        "/$b\u{430}tch",
        "/$batch\u{200d}",
        "/$batch()",
        "/$metadata",
        "/$crossjoin(me)",
        "/$entity",
        "/me/$VALUE",
        &long,
    ] {
        if let Ok(path) = GraphPath::parse(attack) {
            panic!("{attack:?} was read as {path}");
        }
    }
}

#[test]
fn an_honest_path_is_sent_in_one_encoding() {
    for (written, sent) in [
        ("/me", "/me"),
        ("/me/sendMail", "/me/sendMail"),
        ("/me/photo/$value", "/me/photo/$value"),
        ("/me/messages/$count", "/me/messages/$count"),
        ("/me/manager/$ref", "/me/manager/$ref"),
        ("/%6De", "/me"),
        ("/users/alice@contoso.com", "/users/alice@contoso.com"),
        ("/me/messages/AAMkAG-_VmM=", "/me/messages/AAMkAG-_VmM="),
        ("/sites/contoso.sharepoint.com,a,b", "/sites/contoso.sharepoint.com,a,b"),
        ("/me/drive/root:/a.pdf:/content", "/me/drive/root:/a.pdf:/content"),
        ("/me/drive/root:/a%2Epdf:/content", "/me/drive/root:/a.pdf:/content"),
        ("/me/drive/root:/a b.pdf:/content", "/me/drive/root:/a%20b.pdf:/content"),
        (
            "/me/drive/root:/a%20b.pdf:/content",
            "/me/drive/root:/a%20b.pdf:/content",
        ),
        ("/me/drive/root:/Übersicht.pdf", "/me/drive/root:/%C3%9Cbersicht.pdf"),
        (
            "/me/drive/root:/U\u{308}bersicht.pdf",
            "/me/drive/root:/U%CC%88bersicht.pdf",
        ),
        (
            "/me/drive/root:/%c3%9cbersicht.pdf",
            "/me/drive/root:/%C3%9Cbersicht.pdf",
        ),
        ("/me/drive/root:/Bericht (1).pdf", "/me/drive/root:/Bericht%20(1).pdf"),
        (
            "/me/drive/root:/O'Brien & Co+x.txt",
            "/me/drive/root:/O'Brien%20%26%20Co%2Bx.txt",
        ),
        ("/me/drive/root:/.hidden", "/me/drive/root:/.hidden"),
        ("/me/drive/root:/a..b", "/me/drive/root:/a..b"),
        ("/me/drive/root:/報告.docx", "/me/drive/root:/%E5%A0%B1%E5%91%8A.docx"),
        (
            "/me/drive/root:/👩\u{200d}💻.txt",
            "/me/drive/root:/%F0%9F%91%A9%E2%80%8D%F0%9F%92%BB.txt",
        ),
        ("/me/drive/root:/{a}|\"<>", "/me/drive/root:/%7Ba%7D%7C%22%3C%3E"),
        (
            "/me/drive/items/1/workbook/worksheets('S')/range(address='A1:B2')",
            "/me/drive/items/1/workbook/worksheets('S')/range(address='A1:B2')",
        ),
        (
            "/me/x/microsoft.graph.range(address='A1')",
            "/me/x/microsoft.graph.range(address='A1')",
        ),
    ] {
        let path = GraphPath::parse(written).unwrap_or_else(|error| panic!("{written:?}: {error}"));
        assert_eq!(path.as_encoded(), sent);
        assert!(path.as_encoded().is_ascii());
        assert_eq!(
            GraphPath::parse(sent).unwrap(),
            path,
            "what is sent is read as what was written"
        );
    }
}

#[test]
fn a_url_parser_leaves_what_is_sent_as_it_is() {
    for path in [
        "/me/drive/root:/a b.pdf:/content",
        "/me/x/range(address='A1')",
        "/me/photo/$value",
        "/me/drive/root:/Ü{}|.txt",
    ] {
        let path = GraphPath::parse(path).unwrap();
        let url = url::Url::parse(&format!("https://graph.microsoft.com/v1.0{path}")).unwrap();
        assert_eq!(url.path(), format!("/v1.0{path}"));
        assert_eq!(url.host_str(), Some("graph.microsoft.com"));
    }
}

#[test]
fn segments_are_decoded_and_errors_are_fit_for_a_log() {
    let path = GraphPath::parse("/me/drive/root:/a%20b:/content").unwrap();
    assert_eq!(
        path.segments().collect::<Vec<_>>(),
        ["me", "drive", "root:", "a b:", "content"]
    );
    let error = GraphPath::parse("/me/a\r\nFORGED LINE").unwrap_err();
    assert!(!error.to_string().contains(['\r', '\n']), "{error}");
    assert_eq!(GraphPath::parse(&"/a".repeat(513)), Err(PathError::TooLong));
    assert!(GraphPath::parse(&"/a".repeat(512)).is_ok());
}
