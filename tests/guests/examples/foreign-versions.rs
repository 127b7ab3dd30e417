//! Exports one interface in two versions, so that two functions would be one tool.
// Exports have names that a native linker can't take.
#![cfg(target_family = "wasm")]
#![allow(missing_docs, unreachable_pub, unsafe_code, reason = "generated code")]

wit_bindgen::generate!({
    inline: r"
        package contoso:both;

        world service {
            export contoso:clock/time@1.0.0;
            export contoso:clock/time@2.0.0;
        }

        package contoso:clock@1.0.0 {
            interface time { now: func() -> u32; }
        }

        package contoso:clock@2.0.0 {
            interface time { now: func() -> u64; }
        }
    ",
    generate_all,
});

struct Clock;

impl exports::contoso::clock1_0_0::time::Guest for Clock {
    fn now() -> u32 {
        1
    }
}

impl exports::contoso::clock2_0_0::time::Guest for Clock {
    fn now() -> u64 {
        2
    }
}

export!(Clock);
