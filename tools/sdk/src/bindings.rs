//! The contract as wit-bindgen writes it, sealed in here: nothing outside this crate names it, except the code that
//! `export!` writes.
#![allow(
    missing_docs,
    unreachable_pub,
    unsafe_code,
    clippy::all,
    reason = "generated code, whose unsafe parts are the canonical ABI"
)]

wit_bindgen::generate!({
    path: ["../../wit/host", "../../wit/tool"],
    inline: r"
        package usher:sdk;

        world component {
            include usher:host/capabilities@0.1.0;
            include usher:tool/tool-provider@0.1.0;
        }
    ",
    world: "usher:sdk/component",
    generate_all,
    additional_derives: [PartialEq],
    pub_export_macro: true,
    export_macro_name: "__export_component",
    default_bindings_module: "usher_sdk::bindings",
});
