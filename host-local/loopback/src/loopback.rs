//! All endpoints of one site, started together.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::cloudfront::CloudFront;
use crate::codecommit::CodeCommit;
use crate::edge::{DistributionConfig, Edge, EdgeRules};
use crate::faults::Faults;
use crate::git::Repository;
use crate::http::{self, Server};
use crate::pipeline::{Pipeline, PipelineConfig};
use crate::runtime_api::RuntimeApi;
use crate::{Error, cloudfront, codepipeline, lambda, s3};

/// The `UserParameters` of the Lambda action in [`Config::new`].
pub const USER_PARAMETERS: &str =
    r##"{"commit":"#{SourceVariables.CommitId}","execution":"#{codepipeline.PipelineExecutionId}"}"##;

/// What to start.
#[derive(Debug)]
pub struct Config {
    /// The repository's name in CodeCommit.
    pub repository_name: String,
    /// The git repository behind it.
    pub repository: Repository,
    /// The bucket's name.
    pub bucket: String,
    /// The pipeline.
    pub pipeline: PipelineConfig,
    /// The distributions on the bucket.
    pub distributions: Vec<DistributionConfig>,
    /// What of the edge AWS leaves open.
    pub rules: EdgeRules,
    /// The ports.
    pub ports: Ports,
}

impl Config {
    /// One distribution on `site-bucket`, the pipeline `site` with [`USER_PARAMETERS`], the default rules, any free ports.
    #[must_use]
    pub fn new(repository_name: impl Into<String>, repository: Repository, distribution: DistributionConfig) -> Self {
        Self {
            repository_name: repository_name.into(),
            repository,
            bucket: "site-bucket".to_owned(),
            pipeline: PipelineConfig::site("site", USER_PARAMETERS),
            distributions: vec![distribution],
            rules: EdgeRules::default(),
            ports: Ports::default(),
        }
    }
}

/// The ports on 127.0.0.1; 0 is any free one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ports {
    /// Of the Lambda Runtime API.
    pub runtime_api: u16,
    /// Of CodeCommit.
    pub codecommit: u16,
    /// Of CloudFront.
    pub cloudfront: u16,
    /// Of CodePipeline.
    pub codepipeline: u16,
    /// Of Lambda.
    pub lambda: u16,
    /// Of S3.
    pub s3: u16,
}

/// Where the endpoints are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// The Runtime API, as `AWS_LAMBDA_RUNTIME_API` has it: without a scheme.
    pub runtime_api: SocketAddr,
    /// CodeCommit's URL.
    pub codecommit: String,
    /// CloudFront's URL.
    pub cloudfront: String,
    /// CodePipeline's URL.
    pub codepipeline: String,
    /// Lambda's URL.
    pub lambda: String,
    /// S3's URL.
    pub s3: String,
}

impl Endpoints {
    /// The environment that makes an unmodified function process talk to these endpoints, with dummy credentials.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_LAMBDA_RUNTIME_API", self.runtime_api.to_string()),
            ("AWS_LAMBDA_FUNCTION_NAME", lambda::FUNCTION.to_owned()),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128".to_owned()),
            ("AWS_ENDPOINT_URL_CODECOMMIT", self.codecommit.clone()),
            ("AWS_ENDPOINT_URL_CLOUDFRONT", self.cloudfront.clone()),
            ("AWS_ENDPOINT_URL_CODEPIPELINE", self.codepipeline.clone()),
            ("AWS_ENDPOINT_URL_LAMBDA", self.lambda.clone()),
            ("AWS_ENDPOINT_URL_S3", self.s3.clone()),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_DEFAULT_REGION", "us-east-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", "loopback".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "loopback".to_owned()),
            // Or an SDK asks the metadata service of a machine that has none.
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ]
    }
}

/// The running endpoints; dropping it ends them.
#[derive(Debug)]
pub struct Loopback {
    endpoints: Endpoints,
    runtime: Arc<RuntimeApi>,
    codecommit: Arc<CodeCommit>,
    edge: Arc<Mutex<Edge>>,
    pipeline: Arc<Mutex<Pipeline>>,
    faults: Arc<Faults>,
    _servers: [Server; 5],
}

impl Loopback {
    /// Starts the endpoints in the current tokio runtime (of either kind, with I/O and time).
    ///
    /// # Errors
    /// A port in use, or a configuration that names a distribution twice.
    #[expect(clippy::unused_async, reason = "opening the ports needs a runtime's context, which an async function has")]
    pub async fn start(config: Config) -> Result<Self, Error> {
        let mut ids = BTreeSet::new();
        if let Some(twice) = config.distributions.iter().find(|distribution| !ids.insert(distribution.id.as_str())) {
            return Err(Error::DistributionTwice { id: twice.id.clone() });
        }
        let runtime = Arc::new(RuntimeApi::start(config.ports.runtime_api)?);
        let (codecommit_listener, codecommit_address) = http::listen("CodeCommit", config.ports.codecommit)?;
        let (cloudfront_listener, cloudfront_address) = http::listen("CloudFront", config.ports.cloudfront)?;
        let (codepipeline_listener, codepipeline_address) = http::listen("CodePipeline", config.ports.codepipeline)?;
        let (lambda_listener, lambda_address) = http::listen("Lambda", config.ports.lambda)?;
        let (s3_listener, s3_address) = http::listen("S3", config.ports.s3)?;
        let endpoints = Endpoints {
            runtime_api: runtime.address(),
            codecommit: format!("http://{codecommit_address}"),
            cloudfront: format!("http://{cloudfront_address}"),
            codepipeline: format!("http://{codepipeline_address}"),
            lambda: format!("http://{lambda_address}"),
            s3: format!("http://{s3_address}"),
        };
        let faults = Arc::new(Faults::default());
        let codecommit = Arc::new(CodeCommit::new(config.repository_name, config.repository));
        let edge = Arc::new(Mutex::new(Edge::new(config.rules, config.distributions)));
        let pipeline = Arc::new(Mutex::new(Pipeline::new(config.pipeline)));
        let bucket = Arc::<str>::from(config.bucket);

        let codecommit_server = http::serve(codecommit_listener, {
            let (codecommit, faults) = (Arc::clone(&codecommit), Arc::clone(&faults));
            move |request| {
                let (codecommit, faults) = (Arc::clone(&codecommit), Arc::clone(&faults));
                async move { codecommit.answer(&faults, request).await }
            }
        });
        let cloudfront_server = http::serve(cloudfront_listener, {
            let base = Arc::<str>::from(endpoints.cloudfront.as_str());
            let cloudfront = CloudFront { edge: Arc::clone(&edge), base, bucket: Arc::clone(&bucket) };
            let shared = (cloudfront, Arc::clone(&faults));
            move |request| {
                let (cloudfront, faults) = shared.clone();
                async move { cloudfront::answer(&cloudfront, &faults, request).await }
            }
        });
        let codepipeline_server = http::serve(codepipeline_listener, {
            let shared = (Arc::clone(&pipeline), Arc::clone(&faults));
            move |request| {
                let (pipeline, faults) = shared.clone();
                async move { codepipeline::answer(&pipeline, &faults, request).await }
            }
        });
        let lambda_server = http::serve(lambda_listener, {
            let shared = (Arc::clone(&runtime), Arc::clone(&faults));
            move |request| {
                let (runtime, faults) = shared.clone();
                async move { lambda::answer(&runtime, &faults, request).await }
            }
        });
        let s3_server = http::serve(s3_listener, {
            let shared = (Arc::clone(&edge), Arc::clone(&faults), bucket);
            move |request| {
                let (edge, faults, bucket) = shared.clone();
                async move { s3::answer(&edge, &faults, &bucket, request).await }
            }
        });
        let servers = [codecommit_server, cloudfront_server, codepipeline_server, lambda_server, s3_server];
        Ok(Self { endpoints, runtime, codecommit, edge, pipeline, faults, _servers: servers })
    }

    /// Where the endpoints are.
    #[must_use]
    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// The Lambda Runtime API: to invoke the function.
    #[must_use]
    pub fn runtime(&self) -> &RuntimeApi {
        &self.runtime
    }

    /// CodeCommit: to move its branches.
    #[must_use]
    pub fn codecommit(&self) -> &CodeCommit {
        &self.codecommit
    }

    /// The bucket and the edge, locked: CloudFront's endpoint waits for as long as the guard is held, so it must not be
    /// held over an `.await`.
    pub fn edge(&self) -> MutexGuard<'_, Edge> {
        lock(&self.edge)
    }

    /// CodePipeline's model, locked: its endpoint waits for as long as the guard is held, so it must not be held over an
    /// `.await`.
    pub fn pipeline(&self) -> MutexGuard<'_, Pipeline> {
        lock(&self.pipeline)
    }

    /// The fault plan and the counts of the calls.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.faults
    }
}

/// Locks; a panic elsewhere does not make the model unreadable.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
