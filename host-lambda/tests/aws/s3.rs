//! S3.

use purgeplan_lambda::ports::{Bucket, Keys};

use crate::server::{Once, answer, s3};

#[tokio::test]
async fn keys_are_listed_decoded_and_to_the_end() {
    let page = |truncated: bool, token: &str| {
        format!(
            "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>b</Name><EncodingType>url\
             </EncodingType><KeyCount>2</KeyCount><IsTruncated>{truncated}</IsTruncated>{token}<Contents><Key>a+b%2B.html\
             </Key></Contents><Contents><Key>%01/%E6%97%A5</Key></Contents></ListBucketResult>"
        )
    };
    let token = "<NextContinuationToken>t2</NextContinuationToken>";
    let server = Once::answering(Some(&answer(200, &page(true, token))));
    let bucket = s3(&server.url).await;
    let keys = vec![b"a b+.html".to_vec(), "\u{1}/日".as_bytes().to_vec()];
    assert_eq!(bucket.keys("b", Some("t1")).await, Ok(Keys { keys, next: Some("t2".into()) }));
    let request = server.request();
    let line = request.lines().next().expect("a request line");
    assert!(line.starts_with("GET /b"), "{line}");
    for part in ["list-type=2", "encoding-type=url", "continuation-token=t1"] {
        assert!(line.contains(part), "{part}: {line}");
    }
    // A list that ends without saying so would make wildcards look free.
    for cut in [page(true, ""), page(false, "").replace("<IsTruncated>false</IsTruncated>", "")] {
        let server = Once::answering(Some(&answer(200, &cut)));
        let error = s3(&server.url).await.keys("b", None).await.expect_err("no end");
        server.request();
        assert_eq!((error.retriable, error.code.as_str()), (true, "answer"));
    }
}
