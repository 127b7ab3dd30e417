//! What a call costs, in ratios: everything is measured in one run on one machine, and processor time counts rather than
//! requests a second, since the machine may be shared.
//!
//! `cargo xtask bench` builds what is measured in the release profile and runs this program. It prints a table and writes the same
//! figures, each with its unit, its target and whether it holds, to the file that `USHER_BENCH_OUT` names.
//!
//! The servers are processes of their own: this program's share of the work, sending requests and reading answers, is not counted.
#![forbid(unsafe_code)]

mod call_cost;
mod durable;
mod figures;
mod gate;
mod load;
mod memory;
mod native;
mod parts;
mod process;
mod start;

use std::process::ExitCode;

use figures::Figures;

/// The host's allocator, so that the server that it is compared with has it too.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The argument by which this program runs as the server that everything is compared with.
const NATIVE_SERVER: &str = "native-server";

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    if std::env::args().nth(1).as_deref() == Some(NATIVE_SERVER) {
        native::serve().await?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut figures = Figures::default();
    eprintln!("what a call costs …");
    call_cost::measure(&mut figures).await?;
    eprintln!("where its time goes …");
    parts::measure(&mut figures).await?;
    eprintln!("what a group's rule adds …");
    gate::measure(&mut figures).await?;
    eprintln!("durable writes …");
    durable::measure(&mut figures).await?;
    eprintln!("start …");
    start::measure(&mut figures).await?;
    eprintln!("memory …");
    memory::measure(&mut figures).await?;
    figures.print();
    figures.write()?;
    Ok(if figures.all_hold() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
