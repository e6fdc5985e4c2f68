//! The `rasad` program.

/// Several threads at once take and give back small pieces: the system's allocator is slow at that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    rasad::cli::main()
}
