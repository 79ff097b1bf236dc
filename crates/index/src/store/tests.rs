#![allow(clippy::unwrap_used)]

use super::*;

fn place(address: &str) -> Place {
    Stores::default().place(address).unwrap().unwrap()
}

/// Stores of their own: those of the process are the other tests' as well.
fn configured(options: StoreOptions) -> Stores {
    let mut stores = Stores::default();
    stores.configure(&options);
    stores
}

#[test]
fn addresses_are_told_from_paths() {
    for address in ["s3://b/k", "S3://b", "gs://b/", "az://c/k", "abfss://c@a.dfs.core.windows.net/k", "https://h/k"] {
        assert!(is_address(address), "{address}");
    }
    for path in ["logs/a.log", "/abs", "C:\\logs", "ftp://h/k", "s3:/b", "", "file:///x"] {
        assert!(!is_address(path), "{path}");
    }
}

#[test]
fn an_address_is_a_store_and_a_key() {
    let parts = |address: &str| {
        let place = place(address);
        (place.root.clone(), place.key().unwrap().to_string(), place.address(&place.key().unwrap()))
    };
    let owned = |parts: (&str, &str, &str)| (parts.0.to_owned(), parts.1.to_owned(), parts.2.to_owned());
    assert_eq!(parts("s3://b/x/a?.log"), owned(("s3://b", "x/a?.log", "s3://b/x/a?.log")));
    assert_eq!(parts("S3://b"), owned(("s3://b", "", "s3://b/")));
    assert_eq!(parts("gs://b/x/"), owned(("gs://b", "x", "gs://b/x")));
    // A signature is no part of the file's name, and is not shown.
    assert_eq!(
        parts("https://h:8443/a%20b.csv?sig=secret"),
        owned(("https://h:8443", "a b.csv", "https://h:8443/a b.csv"))
    );
}

#[test]
fn each_scheme_has_its_store() {
    let mut stores = configured(BTreeMap::from([(
        "az://logs".to_owned(),
        BTreeMap::from([
            ("account_name".to_owned(), "mine".to_owned()),
            ("account_key".to_owned(), "c2VjcmV0".to_owned()),
        ]),
    )]));
    let mut shown = |address: &str| stores.place(address).unwrap().unwrap().store.to_string();
    assert_eq!(shown("s3://bucket/k"), "AmazonS3(bucket)");
    assert_eq!(shown("gs://bucket/k"), "GoogleCloudStorage(bucket)");
    assert!(shown("az://logs/k").contains("mine"));
    assert!(shown("abfss://logs@other.dfs.core.windows.net/k").contains("other"));
    assert_eq!(shown("https://host/k"), "HttpStore");
}

#[test]
fn options_are_of_a_store_or_a_scheme_and_must_be_known() {
    let with = |address: &str, name: &str, value: &str| {
        (address.to_owned(), BTreeMap::from([(name.to_owned(), value.to_owned())]))
    };
    let all = BTreeMap::from([with("s3://", "region", "here"), with("s3://one/", "region", "there")]);
    let stores = configured(all);
    let values = |root: &str| stores.options_of(root).into_iter().map(|(_, value)| value).collect::<Vec<_>>();
    assert_eq!(values("s3://one"), ["here", "there"]);
    assert_eq!(values("s3://other"), ["here"]);
    assert!(values("gs://one").is_empty());
    let mut stores = configured(BTreeMap::from([with("s3://wrong", "secret_acess_key", "hidden")]));
    let error = stores.place("s3://wrong/k").unwrap_err();
    assert_eq!(error.message, "`s3://wrong`: there is no option `secret_acess_key` of this store");
}

#[test]
fn what_does_not_answer_is_told_with_its_server() {
    let mut stores = configured(BTreeMap::from([(
        "s3://nowhere".to_owned(),
        [("endpoint", "http://127.0.0.1:1"), ("access_key_id", "a"), ("secret_access_key", "hidden")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
    )]));
    let start = std::time::Instant::now();
    let place = stores.place("s3://nowhere/k").unwrap().unwrap();
    let error = place.list(&Path::from("k")).unwrap_err();
    assert_eq!(
        error.message,
        "`s3://nowhere/k`: `http://127.0.0.1:1` cannot be reached; AWS_ENDPOINT_URL says where the server is"
    );
    assert!(start.elapsed().as_secs() < 25);
}

#[test]
fn what_answers_too_late_is_told_after_a_few_seconds() {
    // It takes connections, and never says a word.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let root = format!("http://{}", listener.local_addr().unwrap());
    let mut stores =
        configured(BTreeMap::from([(root.clone(), BTreeMap::from([("timeout".to_owned(), "200 ms".to_owned())]))]));
    let start = std::time::Instant::now();
    let place = stores.place(&format!("{root}/a.log?signature=hidden")).unwrap().unwrap();
    let error = place.head(&place.key().unwrap()).unwrap_err();
    let expected =
        format!("`{root}/a.log`: `{root}` did not answer in time; the option `timeout` of the store gives it longer");
    assert_eq!(error.message, expected);
    assert!(start.elapsed().as_secs() < 25);
}
