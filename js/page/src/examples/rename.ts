// A folder got another name. Both names are stale: the old one shows what is gone, the new one may be cached as an error.
import type { Example } from './index.js';

const diff = `R100\tproducts/kettle.html\tkitchen/kettle.html
R100\tproducts/teapot.html\tkitchen/teapot.html
R087\tproducts/index.html\tkitchen/index.html
M\tindex.html
M\tsitemap.xml
D\tproducts/old-price-list.pdf
`;

const config = JSON.stringify(
  {
    ETag: 'E3RENAME',
    DistributionConfig: {
      CallerReference: 'shop',
      DefaultRootObject: 'index.html',
      Origins: {
        Quantity: 2,
        Items: [
          { Id: 'site', DomainName: 'shop-site.s3.eu-central-1.amazonaws.com', OriginPath: '' },
          { Id: 'api', DomainName: 'api.shop.example', OriginPath: '' },
        ],
      },
      DefaultCacheBehavior: { TargetOriginId: 'site', ViewerProtocolPolicy: 'redirect-to-https', CachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6' },
      CacheBehaviors: {
        Quantity: 2,
        Items: [
          { PathPattern: '/api/*', TargetOriginId: 'api', ViewerProtocolPolicy: 'redirect-to-https', CachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6' },
          { PathPattern: '*.xml', TargetOriginId: 'site', ViewerProtocolPolicy: 'allow-all', CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad' },
        ],
      },
      Comment: '',
      Enabled: true,
    },
  },
  null,
  2,
);

export const rename = (): Example => ({ diff, config: `${config}\n`, policy: '{\n  "distributions": [{ "id": "E1SHOP" }]\n}\n' });
