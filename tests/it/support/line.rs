//! A line to a server that can be cut and mended.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// Passes connections on to a server, as long as it is whole.
pub struct Line {
    /// Where to connect instead of to the server.
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    cut: bool,
    open: Vec<TcpStream>,
}

impl Line {
    /// A line to the server at `to`.
    pub fn to(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, state) = (listener.local_addr().unwrap(), Arc::<Mutex<State>>::default());
        let line = state.clone();
        thread::spawn(move || {
            for near in listener.incoming() {
                // Whoever is not let through is hung up on.
                let _passed = near.and_then(|near| pass(near, &server, &line));
            }
        });
        Self { address, state }
    }

    /// Ends every connection, and lets no new one through.
    pub fn cut(&self) {
        let mut state = self.state.lock().unwrap();
        state.cut = true;
        for stream in state.open.drain(..) {
            // It may have ended by itself.
            let _ended = stream.shutdown(Shutdown::Both);
        }
    }

    /// Lets new connections through again.
    pub fn mend(&self) {
        self.state.lock().unwrap().cut = false;
    }
}

fn pass(near: TcpStream, server: &str, line: &Mutex<State>) -> io::Result<()> {
    let mut state = line.lock().unwrap();
    if state.cut {
        return Ok(());
    }
    let far = TcpStream::connect(server)?;
    for (mut from, mut to) in
        [(near.try_clone()?, far.try_clone()?), (far.try_clone()?, near.try_clone()?)]
    {
        thread::spawn(move || {
            // However it ends, both sides shall know.
            let _passed = io::copy(&mut from, &mut to);
            let _ended = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
        });
    }
    state.open.extend([near, far]);
    Ok(())
}
