//! Stores of each kind from the environment and options.

use std::{str::FromStr, sync::Arc, time::Duration};

use object_store::{
    BackoffConfig, ClientConfigKey, Error, ObjectStore, Result, RetryConfig,
    aws::{AmazonS3Builder, AmazonS3ConfigKey},
    azure::{AzureConfigKey, MicrosoftAzureBuilder},
    client::SpawnedReqwestConnector,
    gcp::{GoogleCloudStorageBuilder, GoogleConfigKey},
    http::HttpBuilder,
};
use tokio::runtime::Handle;

/// What holds unless the environment or an option says otherwise: a server that is away is noticed soon, and parts of some megabytes
/// come through a slow line.
const DEFAULTS: [(&str, &str); 2] = [("connect_timeout", "5 s"), ("timeout", "60 s")];

/// Servers that are busy answer in a few seconds; one that is away should not be waited for.
fn retries() -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig {
            init_backoff: Duration::from_millis(100),
            max_backoff: Duration::from_secs(2),
            base: 2.0,
        },
        max_retries: 6,
        retry_timeout: Duration::from_secs(20),
    }
}

/// The store at an address without a path.
pub(super) fn build(
    root: &str,
    query: &str,
    options: &[(String, String)],
    handle: Handle,
) -> Result<Arc<dyn ObjectStore>> {
    let connector = SpawnedReqwestConnector::new(handle);
    let (scheme, _) = root.split_once("://").unwrap_or_default();
    let is_plain = |endpoint: Option<String>| endpoint.is_some_and(|endpoint| endpoint.starts_with("http://"));
    Ok(match scheme {
        "s3" | "s3a" => {
            let builder = AmazonS3Builder::new().with_url(root);
            let mut builder = configured(builder, &["AWS_"], options, AmazonS3Builder::with_config)?;
            // Whoever names such an endpoint means it.
            let endpoint = |key| is_plain(builder.get_config_value(&key));
            if endpoint(AmazonS3ConfigKey::Endpoint) || endpoint(AmazonS3ConfigKey::S3Endpoint) {
                builder = builder.with_allow_http(true);
            }
            Arc::new(builder.with_retry(retries()).with_http_connector(connector).build()?)
        }
        "gs" => {
            let names = ["GOOGLE_", "SERVICE_ACCOUNT"];
            let builder = GoogleCloudStorageBuilder::new().with_url(root);
            let mut builder = configured(builder, &names, options, GoogleCloudStorageBuilder::with_config)?;
            if is_plain(builder.get_config_value(&GoogleConfigKey::BaseUrl)) {
                builder = builder.with_config(GoogleConfigKey::Client(ClientConfigKey::AllowHttp), "true");
            }
            Arc::new(builder.with_retry(retries()).with_http_connector(connector).build()?)
        }
        "http" | "https" => {
            let builder = HttpBuilder::new().with_url(format!("{root}/{query}"));
            let mut builder = configured(builder, &[], options, HttpBuilder::with_config)?;
            if scheme == "http" {
                builder = builder.with_config(ClientConfigKey::AllowHttp, "true");
            }
            Arc::new(builder.with_retry(retries()).with_http_connector(connector).build()?)
        }
        _ => {
            let builder = MicrosoftAzureBuilder::new().with_url(root);
            let mut builder = configured(builder, &["AZURE_"], options, MicrosoftAzureBuilder::with_config)?;
            if is_plain(builder.get_config_value(&AzureConfigKey::Endpoint)) {
                builder = builder.with_allow_http(true);
            }
            Arc::new(builder.with_retry(retries()).with_http_connector(connector).build()?)
        }
    })
}

/// A builder with the values of the environment, of which it knows not all, and of the options, which it must know.
fn configured<B, K: FromStr<Err = Error>>(
    mut builder: B,
    variables: &[&str],
    options: &[(String, String)],
    with: impl Fn(B, K, String) -> B,
) -> Result<B> {
    for (name, value) in DEFAULTS {
        builder = with(builder, name.parse()?, value.to_owned());
    }
    for (name, value) in std::env::vars_os() {
        let (Some(name), Some(value)) = (name.to_str(), value.to_str()) else { continue };
        if variables.iter().any(|prefix| name.starts_with(prefix))
            && let Ok(key) = name.to_ascii_lowercase().parse()
        {
            builder = with(builder, key, value.to_owned());
        }
    }
    for (name, value) in options {
        let key = name.to_ascii_lowercase().parse().map_err(|_| Error::Generic {
            store: "options",
            source: format!("there is no option `{name}` of this store").into(),
        })?;
        builder = with(builder, key, value.clone());
    }
    Ok(builder)
}
