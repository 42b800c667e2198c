import { faultAnswer, jsonAnswer, type Service } from '../services/service.ts';
import type { Secrets } from './secrets.ts';

/** Serves Secrets Manager's GetSecretValue. */
export function createSecretsService(secrets: Secrets): Service {
  return {
    requiredGrants: ({ operation, input }) => {
      const id = String(input.SecretId ?? '*');
      return [{ action: `secretsmanager:${operation}`, resource: secrets.find(id)?.arn ?? id }];
    },
    answer: ({ operation, input }) => {
      if (operation !== 'GetSecretValue') {
        return faultAnswer(400, 'InvalidRequestException', `The local stack does not support ${operation}.`);
      }
      const secret = secrets.find(String(input.SecretId));
      if (secret === undefined) {
        return faultAnswer(400, 'ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
      }
      const { arn: ARN, name: Name, value: SecretString } = secret;
      return jsonAnswer(200, { ARN, Name, SecretString, VersionId: 'local', VersionStages: ['AWSCURRENT'] }, {});
    },
  };
}
