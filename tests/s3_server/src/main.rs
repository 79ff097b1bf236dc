//! An S3 server over a folder: `s3_server FOLDER [--fail-every 3]`
//!
//! It says its port in a line, and ends when its standard input does. The server is that of the crates `s3s` and `s3s-fs`, with two
//! things around it. A put that must not replace an object waits for others of its kind: `s3s-fs` looks first and writes then, so two
//! of them at once would both pass, which S3 does not let happen. And every so many requests it answers 503, as S3 does when it is
//! busy. A folder is no object, which `s3s-fs` does not see: asked for one it fails.

use std::{
    convert::Infallible,
    io::Read,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use http_body_util::BodyExt;
use hyper::{Method, Request, Response, StatusCode, body::Incoming, header::IF_NONE_MATCH, service::service_fn};
use hyper_util::rt::TokioIo;
use s3s::{
    Body,
    auth::SimpleAuth,
    service::{S3Service, S3ServiceBuilder},
};
use tokio::{net::TcpListener, sync::Mutex};

/// Who may ask.
const ACCESS_KEY: &str = "speleo";
const SECRET_KEY: &str = "underground";

struct Server {
    folder: PathBuf,
    service: S3Service,
    creating: Mutex<()>,
    /// The number of requests.
    count: AtomicU64,
    /// Every so many of them fail; none at 0.
    fail_every: u64,
}

impl Server {
    async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        let number = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        if self.fail_every > 0 && number % self.fail_every == 0 {
            let mut response = Response::new(Body::from("<Error><Code>SlowDown</Code></Error>".to_owned()));
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            return response;
        }
        if request.method() == Method::HEAD && self.folder.join(request.uri().path().trim_start_matches('/')).is_dir() {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::NOT_FOUND;
            return response;
        }
        let _turn = match request.headers().contains_key(IF_NONE_MATCH) {
            true => Some(self.creating.lock().await),
            false => None,
        };
        // The whole body first: the turn ends with the write, and not with a sender that waits.
        let (parts, body) = request.into_parts();
        let bytes = match body.collect().await {
            Ok(body) => body.to_bytes(),
            Err(_) => return Response::new(Body::empty()),
        };
        match self.service.call(Request::from_parts(parts, Body::from(bytes))).await {
            Ok(response) => response,
            Err(error) => {
                eprintln!("{error:?}");
                let mut response = Response::new(Body::empty());
                *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
                response
            }
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let folder = arguments.first().ok_or("the folder is missing")?;
    let place = arguments.iter().position(|argument| argument == "--fail-every");
    let fail_every = place.and_then(|place| arguments.get(place + 1)).map_or(Ok(0), |text| text.parse())?;
    let mut builder = S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder).map_err(|error| format!("{error:?}"))?);
    builder.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
    let server = Server {
        folder: folder.into(),
        service: builder.build(),
        creating: Mutex::new(()),
        count: AtomicU64::new(0),
        fail_every,
    };
    let server = Arc::new(server);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?.port());
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    loop {
        let (socket, _) = listener.accept().await?;
        let server = Arc::clone(&server);
        tokio::spawn(async move {
            let answer = service_fn(|request| {
                let server = Arc::clone(&server);
                async move { Ok::<_, Infallible>(server.answer(request).await) }
            });
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(socket), answer).await;
        });
    }
}
