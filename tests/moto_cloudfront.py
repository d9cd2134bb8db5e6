"""Another AWS: moto's CloudFront on loopback. Says where it is and which distribution it has; after a line on standard
input, what that distribution was asked to invalidate."""

import json
import sys

import boto3
from moto.server import ThreadedMotoServer

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
url = f"http://{host}:{port}"
cloudfront = boto3.client(
    "cloudfront", endpoint_url=url, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
)
origin = {"Id": "bucket", "DomainName": "bucket.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
config = {
    "CallerReference": "tests",
    "Comment": "",
    "Enabled": True,
    "Origins": {"Quantity": 1, "Items": [origin]},
    "DefaultCacheBehavior": {"TargetOriginId": "bucket", "ViewerProtocolPolicy": "allow-all"},
}
distribution = cloudfront.create_distribution(DistributionConfig=config)["Distribution"]["Id"]
print(json.dumps({"url": url, "distribution": distribution}), flush=True)

sys.stdin.readline()
summaries = cloudfront.list_invalidations(DistributionId=distribution)["InvalidationList"].get("Items", [])
bought = [cloudfront.get_invalidation(DistributionId=distribution, Id=one["Id"])["Invalidation"] for one in summaries]
print(json.dumps([one["InvalidationBatch"]["Paths"]["Items"] for one in bought]), flush=True)
server.stop()
