//! Knows nothing of this host: tries what WASI gives, one function a thing. Its interfaces are cut down to what it uses.
// Exports have names that a native linker can't take.
#![cfg(target_family = "wasm")]
#![allow(missing_docs, unreachable_pub, unsafe_code, reason = "generated code")]

wit_bindgen::generate!({
    inline: r"
        package contoso:probe;

        world probe {
            import wasi:clocks/wall-clock@0.2.3;
            import wasi:clocks/monotonic-clock@0.2.3;
            import wasi:random/random@0.2.3;
            import wasi:random/insecure-seed@0.2.3;
            import wasi:cli/stdin@0.2.3;
            import wasi:cli/stdout@0.2.3;
            import wasi:cli/stderr@0.2.3;
            import wasi:cli/environment@0.2.3;
            import wasi:cli/exit@0.2.3;
            import wasi:filesystem/preopens@0.2.3;
            import wasi:sockets/instance-network@0.2.3;
            import wasi:sockets/tcp-create-socket@0.2.3;

            export unix-time: func() -> u64;
            export stopwatch: func() -> u64;
            export sleep: func(milliseconds: u64);
            export random: func(bytes: u64) -> list<u8>;
            export seed: func() -> tuple<u64, u64>;
            export print: func(text: string);
            export complain: func(text: string);
            export read-input: func() -> list<u8>;
            export surroundings: func() -> tuple<u32, u32, u32>;
            export leave: func(well: bool);
            export hoard: func(handles: u32);
            export open-socket: func() -> result<_, string>;
            export open-network: func();
        }

        package wasi:io@0.2.3 {
            interface error { resource error { to-debug-string: func() -> string; } }
            interface poll { resource pollable { block: func(); } }
            interface streams {
                use error.{error};
                variant stream-error { last-operation-failed(error), closed }
                resource input-stream { blocking-read: func(len: u64) -> result<list<u8>, stream-error>; }
                resource output-stream { blocking-write-and-flush: func(contents: list<u8>) -> result<_, stream-error>; }
            }
        }
        package wasi:clocks@0.2.3 {
            interface wall-clock {
                record datetime { seconds: u64, nanoseconds: u32 }
                now: func() -> datetime;
            }
            interface monotonic-clock {
                use wasi:io/poll@0.2.3.{pollable};
                type instant = u64;
                type duration = u64;
                now: func() -> instant;
                subscribe-duration: func(when: duration) -> pollable;
            }
        }
        package wasi:random@0.2.3 {
            interface random { get-random-bytes: func(len: u64) -> list<u8>; }
            interface insecure-seed { insecure-seed: func() -> tuple<u64, u64>; }
        }
        package wasi:cli@0.2.3 {
            interface stdin { use wasi:io/streams@0.2.3.{input-stream}; get-stdin: func() -> input-stream; }
            interface stdout { use wasi:io/streams@0.2.3.{output-stream}; get-stdout: func() -> output-stream; }
            interface stderr { use wasi:io/streams@0.2.3.{output-stream}; get-stderr: func() -> output-stream; }
            interface environment {
                get-environment: func() -> list<tuple<string, string>>;
                get-arguments: func() -> list<string>;
            }
            interface exit { exit: func(status: result); }
        }
        package wasi:filesystem@0.2.3 {
            interface types { resource descriptor; }
            interface preopens {
                use types.{descriptor};
                get-directories: func() -> list<tuple<descriptor, string>>;
            }
        }
        package wasi:sockets@0.2.3 {
            interface network {
                resource network;
                enum ip-address-family { ipv4, ipv6 }
                enum error-code {
                    unknown, access-denied, not-supported, invalid-argument, out-of-memory, timeout, concurrency-conflict,
                    not-in-progress, would-block, invalid-state, new-socket-limit, address-not-bindable, address-in-use,
                    remote-unreachable, connection-refused, connection-reset, connection-aborted, datagram-too-large,
                    name-unresolvable, temporary-resolver-failure, permanent-resolver-failure,
                }
            }
            interface instance-network { use network.{network}; instance-network: func() -> network; }
            interface tcp { resource tcp-socket; }
            interface tcp-create-socket {
                use network.{error-code, ip-address-family};
                use tcp.{tcp-socket};
                create-tcp-socket: func(address-family: ip-address-family) -> result<tcp-socket, error-code>;
            }
        }
    ",
    generate_all,
});

use wasi::cli::{environment, exit, stderr, stdin, stdout};
use wasi::clocks::{monotonic_clock, wall_clock};
use wasi::filesystem::preopens;
use wasi::random::{insecure_seed, random};
use wasi::sockets::{instance_network, network, tcp_create_socket};

struct Probe;

impl Guest for Probe {
    fn unix_time() -> u64 {
        wall_clock::now().seconds
    }

    fn stopwatch() -> u64 {
        let before = monotonic_clock::now();
        monotonic_clock::now() - before
    }

    fn sleep(milliseconds: u64) {
        monotonic_clock::subscribe_duration(milliseconds * 1_000_000).block();
    }

    fn random(bytes: u64) -> Vec<u8> {
        random::get_random_bytes(bytes)
    }

    fn seed() -> (u64, u64) {
        insecure_seed::insecure_seed()
    }

    fn print(text: String) {
        let _ = stdout::get_stdout().blocking_write_and_flush(text.as_bytes());
    }

    fn complain(text: String) {
        let _ = stderr::get_stderr().blocking_write_and_flush(text.as_bytes());
    }

    fn read_input() -> Vec<u8> {
        stdin::get_stdin().blocking_read(1_000).unwrap_or_default()
    }

    fn surroundings() -> (u32, u32, u32) {
        let variables = environment::get_environment().len();
        let arguments = environment::get_arguments().len();
        let folders = preopens::get_directories().len();
        (variables as u32, arguments as u32, folders as u32)
    }

    fn leave(well: bool) {
        exit::exit(if well { Ok(()) } else { Err(()) });
    }

    fn hoard(handles: u32) {
        let hoarded: Vec<_> = (0..handles).map(|_| stdout::get_stdout()).collect();
        drop(hoarded);
    }

    fn open_socket() -> Result<(), String> {
        match tcp_create_socket::create_tcp_socket(network::IpAddressFamily::Ipv4) {
            Ok(_) => Ok(()),
            Err(error) => Err(format!("{error:?}")),
        }
    }

    fn open_network() {
        drop(instance_network::instance_network());
    }
}

export!(Probe);
