//! CloudFront.

use purgeplan_lambda::ports::{CloudFront, Created, Invalidation, PortError};
use serde_json::{Value, json};

use crate::server::{Once, answer, cloudfront};

async fn create(answer: Option<&str>) -> (Result<Created, PortError>, String) {
    let server = Once::answering(answer);
    let paths = ["/a%20b.html".to_owned(), "/c&d.html".to_owned()];
    let created = cloudfront(&server.url).await.create_invalidation("E1", "reference", &paths).await;
    (created, server.request())
}

#[tokio::test]
async fn an_invalidation_is_created_with_its_reference_and_paths() {
    let body = r#"<?xml version="1.0"?><Invalidation xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Id>I1</Id>
        <Status>InProgress</Status><CreateTime>2026-11-22T10:00:00Z</CreateTime><InvalidationBatch><Paths><Quantity>2</Quantity>
        </Paths><CallerReference>reference</CallerReference></InvalidationBatch></Invalidation>"#;
    let (created, request) = create(Some(&answer(201, body))).await;
    assert_eq!(created, Ok(Created { id: "I1".to_owned() }));
    assert!(request.starts_with("POST /2020-05-31/distribution/E1/invalidation"), "{request}");
    for part in [
        "<Quantity>2</Quantity>",
        "<Path>/a%20b.html</Path>",
        "<Path>/c&amp;d.html</Path>",
        "<CallerReference>reference</CallerReference>",
    ] {
        assert!(request.contains(part), "{part}: {request}");
    }
}

#[tokio::test]
async fn cloudfront_errors_are_told_apart() {
    for (status, code, retriable) in [
        (400, "TooManyInvalidationsInProgress", true),
        (400, "Throttling", true),
        (503, "ServiceUnavailable", true),
        (400, "InvalidArgument", false),
        (409, "InvalidationBatchAlreadyExists", false),
        (404, "NoSuchDistribution", false),
        (403, "AccessDenied", false),
        (413, "BatchTooLarge", false),
    ] {
        let body = format!(
            "<ErrorResponse xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><Error><Type>Sender</Type>\
             <Code>{code}</Code><Message>it said</Message></Error><RequestId>r</RequestId></ErrorResponse>"
        );
        let error = create(Some(&answer(status, &body))).await.0.expect_err(code);
        assert_eq!((error.retriable, error.code.as_str(), error.message.as_str()), (retriable, code, "it said"));
    }
    let error = create(Some(&answer(201, "<Invalidation><Status>In"))).await.0.expect_err("cut short");
    assert_eq!((error.retriable, error.code.as_str()), (true, "answer"), "{error}");
}

#[tokio::test]
async fn invalidations_are_listed_newest_first_and_read() {
    let item = |id: &str| {
        format!(
            "<InvalidationSummary><Id>{id}</Id><CreateTime>2026-11-22T10:00:00Z</CreateTime><Status>Completed</Status></InvalidationSummary>"
        )
    };
    let list = format!(
        "<InvalidationList><Marker></Marker><NextMarker>I1</NextMarker><MaxItems>100</MaxItems><IsTruncated>true\
         </IsTruncated><Quantity>2</Quantity><Items>{}{}</Items></InvalidationList>",
        item("I2"),
        item("I1")
    );
    let server = Once::answering(Some(&answer(200, &list)));
    assert_eq!(cloudfront(&server.url).await.list_invalidations("E1").await, Ok(vec!["I2".into(), "I1".into()]));
    assert!(server.request().starts_with("GET /2020-05-31/distribution/E1/invalidation?MaxItems=100 "));
    let body = "<Invalidation><Id>I2</Id><Status>Completed</Status><CreateTime>2026-11-22T10:00:00Z</CreateTime>\
                <InvalidationBatch><Paths><Quantity>2</Quantity><Items><Path>/a</Path><Path>/b</Path></Items></Paths>\
                <CallerReference>purgeplan1:x</CallerReference></InvalidationBatch></Invalidation>";
    let server = Once::answering(Some(&answer(200, body)));
    let read = cloudfront(&server.url).await.invalidation("E1", "I2").await;
    assert_eq!(read, Ok(Invalidation { caller_reference: "purgeplan1:x".into(), paths: 2, completed: true }));
    assert!(server.request().starts_with("GET /2020-05-31/distribution/E1/invalidation/I2 "));
    let server = Once::answering(Some(&answer(200, &list[..list.len() - 30])));
    let error = cloudfront(&server.url).await.list_invalidations("E1").await.expect_err("cut short");
    server.request();
    assert_eq!((error.retriable, error.code.as_str()), (true, "answer"));
}

#[tokio::test]
async fn a_distributions_configuration_is_what_the_core_reads() {
    let behaviour = |more: &str| {
        format!(
            "{more}<TargetOriginId>s3</TargetOriginId><TrustedSigners><Enabled>false</Enabled><Quantity>0</Quantity>\
             </TrustedSigners><ViewerProtocolPolicy>allow-all</ViewerProtocolPolicy><FunctionAssociations><Quantity>1\
             </Quantity><Items><FunctionAssociation><FunctionARN>arn</FunctionARN><EventType>viewer-request</EventType>\
             </FunctionAssociation></Items></FunctionAssociations>"
        )
    };
    let body = format!(
        "<DistributionConfig><CallerReference>r</CallerReference><DefaultRootObject>index.html</DefaultRootObject>\
         <Origins><Quantity>1</Quantity><Items><Origin><Id>s3</Id><DomainName>b.s3-website.amazonaws.com</DomainName>\
         <OriginPath>/live</OriginPath><CustomOriginConfig><HTTPPort>80</HTTPPort><HTTPSPort>443</HTTPSPort>\
         <OriginProtocolPolicy>http-only</OriginProtocolPolicy></CustomOriginConfig></Origin></Items></Origins>\
         <OriginGroups><Quantity>1</Quantity><Items><OriginGroup><Id>g</Id><FailoverCriteria><StatusCodes><Quantity>1\
         </Quantity><Items><StatusCode>500</StatusCode></Items></StatusCodes></FailoverCriteria><Members><Quantity>1\
         </Quantity><Items><OriginGroupMember><OriginId>s3</OriginId></OriginGroupMember></Items></Members>\
         </OriginGroup></Items></OriginGroups><DefaultCacheBehavior>{}</DefaultCacheBehavior><CacheBehaviors><Quantity>\
         1</Quantity><Items><CacheBehavior>{}</CacheBehavior></Items></CacheBehaviors><CustomErrorResponses><Quantity>1\
         </Quantity><Items><CustomErrorResponse><ErrorCode>404</ErrorCode><ResponsePagePath>/404.html\
         </ResponsePagePath><ResponseCode>404</ResponseCode><ErrorCachingMinTTL>60</ErrorCachingMinTTL>\
         </CustomErrorResponse></Items></CustomErrorResponses><Comment></Comment><Enabled>true</Enabled>\
         </DistributionConfig>",
        behaviour("<ForwardedValues><QueryString>false</QueryString></ForwardedValues><MaxTTL>0</MaxTTL>"),
        behaviour("<PathPattern>/a*</PathPattern><CachePolicyId>4135ea2d-6df8-44a3-9df3-4b5a84be39ad</CachePolicyId>"),
    );
    let server = Once::answering(Some(&answer(200, &body)));
    let config = cloudfront(&server.url).await.distribution_config("E1").await.expect("a configuration");
    assert!(server.request().starts_with("GET /2020-05-31/distribution/E1/config "));
    let function = json!({ "Quantity": 1, "Items": [{ "EventType": "viewer-request" }] });
    let none = json!({ "Quantity": 0, "Items": [] });
    let expected = json!({ "DistributionConfig": {
        "DefaultRootObject": "index.html",
        "Origins": { "Quantity": 1, "Items": [
            { "Id": "s3", "DomainName": "b.s3-website.amazonaws.com", "OriginPath": "/live", "CustomOriginConfig": {} }] },
        "OriginGroups": { "Quantity": 1, "Items": [
            { "Id": "g", "Members": { "Quantity": 1, "Items": [{ "OriginId": "s3" }] } }] },
        "DefaultCacheBehavior": { "TargetOriginId": "s3", "CachePolicyId": null, "ForwardedValues": {}, "MaxTTL": 0,
            "FunctionAssociations": function, "LambdaFunctionAssociations": none },
        "CacheBehaviors": { "Quantity": 1, "Items": [
            { "PathPattern": "/a*", "TargetOriginId": "s3", "CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
              "ForwardedValues": null, "MaxTTL": null, "FunctionAssociations": function, "LambdaFunctionAssociations": none }] },
        "CustomErrorResponses": { "Quantity": 1, "Items": [
            { "ErrorCode": 404, "ResponsePagePath": "/404.html", "ErrorCachingMinTTL": 60 }] },
    } });
    assert_eq!(serde_json::from_slice::<Value>(&config).expect("JSON"), expected);
    // The core takes it: the default behaviour keeps nothing.
    let request = br#"{"op":"plan","diffs":[{"format":"name-status","attachments":[0]}],"distribution":"E1",
        "distribution_configs":[{"id":"E1","attachment":1}]}"#;
    let planned: Value =
        serde_json::from_slice(&purgeplan_core::call(request, &[b"M\tlive/b.html\n", &config])).expect("JSON");
    assert_eq!(planned["decisions"][0]["reason"], "caching-disabled", "{planned}");
}
