//! Knows nothing of this host: exports functions of its own, with every type that JSON can carry and some that it can't.
// Exports have names that a native linker can't take.
#![cfg(target_family = "wasm")]
#![allow(missing_docs, unreachable_pub, unsafe_code, reason = "generated code")]

wit_bindgen::generate!({
    inline: r"
        package contoso:weather@1.2.0;

        interface forecast {
            record date { year: u16, month: u8, day: u8 }
            enum unit { celsius, fahrenheit }
            flags details { wind, rain, sun }
            variant day { today, in-days(u8), on-date(date) }
            variant failure { too-far(u8), nowhere }

            record everything {
                yes: bool, tiny: s8, small: s16, medium: s32, large: s64,
                utiny: u8, usmall: u16, umedium: u32, ularge: u64,
                real: f32, double: f64, letter: char, text: string, bytes: list<u8>,
                days: list<day>, pair: tuple<string, date>, unit: unit, details: details,
                maybe: option<string>, perhaps: option<option<u8>>, came-out: result<u8, string>, done: result,
            }

            resource station { name: func() -> string; }

            get: func(day: day, unit: option<unit>) -> result<string, failure>;
            echo: func(value: everything) -> everything;
            halve: func(number: f64) -> f64;
            nearest: func() -> station;
        }

        world service {
            export forecast;
            export visits: func() -> u32;
            export give-up: func(why: string) -> result<_, string>;
            export fall: func();
            export spin: func();
        }
    ",
});

use exports::contoso::weather::forecast;
use std::sync::atomic::{AtomicU32, Ordering};

struct Weather;

struct Station;

impl forecast::GuestStation for Station {
    fn name(&self) -> String {
        "north".to_owned()
    }
}

impl forecast::Guest for Weather {
    type Station = Station;

    fn get(day: forecast::Day, unit: Option<forecast::Unit>) -> Result<String, forecast::Failure> {
        let degrees = match unit {
            Some(forecast::Unit::Fahrenheit) => "68 °F",
            _ => "20 °C",
        };
        match day {
            forecast::Day::Today => Ok(degrees.to_owned()),
            forecast::Day::InDays(days) if days > 7 => Err(forecast::Failure::TooFar(days)),
            forecast::Day::InDays(days) => Ok(format!("{degrees} in {days} days")),
            forecast::Day::OnDate(_) => Err(forecast::Failure::Nowhere),
        }
    }

    fn echo(value: forecast::Everything) -> forecast::Everything {
        value
    }

    fn halve(number: f64) -> f64 {
        number / 2.0 / f64::from(number != 1.0)
    }

    fn nearest() -> forecast::Station {
        forecast::Station::new(Station)
    }
}

impl Guest for Weather {
    fn visits() -> u32 {
        static VISITS: AtomicU32 = AtomicU32::new(0);
        VISITS.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn give_up(why: String) -> Result<(), String> {
        if why.is_empty() { Ok(()) } else { Err(why) }
    }

    fn fall() {
        panic!("fell");
    }

    fn spin() {
        loop {
            std::hint::spin_loop();
        }
    }
}

export!(Weather);
