//! The `rasad` program.

fn main() -> std::process::ExitCode {
    rasad::cli::main()
}
