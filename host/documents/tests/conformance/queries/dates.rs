//! Date and time functions. Microsoft's in-memory emulator has none: expectations are the documentation's.

use super::Case;

pub(super) const CASES: &[Case] = &[
    (
        "datetimeadd",
        "SELECT VALUE [DateTimeAdd('mm', 1, '2020-07-03T00:00:00.0000000'), DateTimeAdd('yy', 1, '2020-07-09T23:20:13.4575530Z'), DateTimeAdd('mi', 5, '2020-07-09T23:20:13.4575530Z')]",
        r#"[["2020-08-03T00:00:00.0000000Z","2021-07-09T23:20:13.4575530Z","2020-07-09T23:25:13.4575530Z"]]"#,
    ),
    (
        "datetimeadd: negative, and short months",
        "SELECT VALUE [DateTimeAdd('hh', -1, '2020-01-01T00:00:00Z'), DateTimeAdd('m', 1, '2020-01-31T00:00:00Z'), DateTimeAdd('yyyy', -1, '2020-02-29T00:00:00Z')]",
        r#"[["2019-12-31T23:00:00.0000000Z","2020-02-29T00:00:00.0000000Z","2019-02-28T00:00:00.0000000Z"]]"#,
    ),
    (
        "datetimeadd: wrong arguments",
        "SELECT VALUE [DateTimeAdd('week', 1, '2020-01-01'), DateTimeAdd('dd', 1.5, '2020-01-01'), DateTimeAdd('dd', 1, '2020-13-01'), DateTimeAdd('yyyy', 9999, '2020-01-01'), DateTimeAdd('dd', 1, 'today')]",
        "[[]]",
    ),
    (
        "datetimebin",
        "SELECT VALUE [DateTimeBin('2021-06-28T17:24:29.2991234Z', 'hh'), DateTimeBin('2021-01-08T18:35:00.0000000', 'hh', 5), DateTimeBin('2021-06-28T17:24:29.2991234Z', 'dd')]",
        r#"[["2021-06-28T17:00:00.0000000Z","2021-01-08T15:00:00.0000000Z","2021-06-28T00:00:00.0000000Z"]]"#,
    ),
    (
        "datetimebin: an origin",
        "SELECT VALUE [DateTimeBin('2021-06-28T17:24:29Z', 'dd', 7, '2021-06-01T00:00:00Z'), DateTimeBin('2021-06-28T17:24:29Z', 'dd', 0)]",
        r#"[["2021-06-22T00:00:00.0000000Z"]]"#,
    ),
    (
        "datetimediff: boundaries crossed",
        "SELECT VALUE [DateTimeDiff('yyyy', '2019-12-31T23:59:59Z', '2020-01-01T00:00:00Z'), DateTimeDiff('mm', '2018-03-05T05:00:00.0000000', '2019-02-04T16:00:00.0000000'), DateTimeDiff('dd', '2020-01-02', '2020-01-01'), DateTimeDiff('ms', '2020-01-01', '2020-01-01T00:00:01Z')]",
        "[[1,11,-1,1000]]",
    ),
    (
        "datetimefromparts",
        "SELECT VALUE [DateTimeFromParts(2017, 4, 20, 13, 15, 20, 3456789), DateTimeFromParts(2020, 9, 4), DateTimeFromParts(2020, 9, 31), DateTimeFromParts(2020, 9, 4, 24)]",
        r#"[["2017-04-20T13:15:20.3456789Z","2020-09-04T00:00:00.0000000Z"]]"#,
    ),
    (
        "datetimepart",
        "SELECT VALUE [DateTimePart('yyyy', '2016-05-29T08:30:00.1301617'), DateTimePart('mm', '2016-05-29T08:30:00.1301617'), DateTimePart('dd', '2016-05-29T08:30:00.1301617'), DateTimePart('hh', '2016-05-29T08:30:00.1301617'), DateTimePart('mi', '2016-05-29T08:30:00.1301617'), DateTimePart('ss', '2016-05-29T08:30:00.1301617'), DateTimePart('ms', '2016-05-29T08:30:00.1301617'), DateTimePart('mcs', '2016-05-29T08:30:00.1301617'), DateTimePart('ns', '2016-05-29T08:30:00.1301617')]",
        "[[2016,5,29,8,30,0,130,130161,130161700]]",
    ),
    (
        "datetimetoticks",
        "SELECT VALUE [DateTimeToTicks('2015-05-19T12:00:00.0000000'), DateTimeToTicks('1970-01-01T00:00:00Z'), DateTimeToTicks('1969-12-31T23:59:59Z')]",
        "[[14320368000000000,0,-10000000]]",
    ),
    (
        "datetimetotimestamp",
        "SELECT VALUE [DateTimeToTimestamp('2015-05-19T12:00:00.0000000'), DateTimeToTimestamp('no')]",
        "[[1432036800000]]",
    ),
    (
        "tickstodatetime",
        "SELECT VALUE [TicksToDateTime(15973607943002652), TicksToDateTime(1.5)]",
        r#"[["2020-08-13T23:19:54.3002652Z"]]"#,
    ),
    (
        "timestamptodatetime",
        "SELECT VALUE [TimestampToDateTime(1594227912345), TimestampToDateTime(0), TimestampToDateTime('0')]",
        r#"[["2020-07-08T17:05:12.3450000Z","1970-01-01T00:00:00.0000000Z"]]"#,
    ),
    (
        "getcurrentdatetime: the three forms are one moment",
        "SELECT VALUE DateTimeToTicks(GetCurrentDateTimeStatic()) = GetCurrentTicksStatic() AND GetCurrentTimestampStatic() = DateTimeToTimestamp(GetCurrentDateTimeStatic())",
        "[true]",
    ),
    (
        "getcurrentdatetime: after this was written, and as long as a date is",
        "SELECT VALUE GetCurrentDateTime() > '2025' AND LENGTH(GetCurrentDateTime()) = 28 AND GetCurrentTicks() > 0 AND GetCurrentTimestamp() > 0",
        "[true]",
    ),
    (
        "working with dates: texts compare as dates",
        "SELECT VALUE '2020-01-02T00:00:00.0000000Z' > '2020-01-01T23:59:59.9999999Z'",
        "[true]",
    ),
];
