import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { createApiGatewayPush } from '../../lib/push/api-gateway.ts';
import { describePush } from './push-contract.ts';

describePush('the push of the AWS SDK', ({ endpoint, credentials, onFault }) => {
  const client = new ApiGatewayManagementApiClient({ endpoint, credentials, region: 'eu-west-1', maxAttempts: 4 });
  return { push: createApiGatewayPush({ client, onFault }), destroy: () => client.destroy() };
});
