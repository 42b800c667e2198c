import type {
  BatchGetCommandInput,
  BatchGetCommandOutput,
  DeleteCommandInput,
  DeleteCommandOutput,
  GetCommandInput,
  GetCommandOutput,
  PutCommandInput,
  PutCommandOutput,
  QueryCommandInput,
  QueryCommandOutput,
  UpdateCommandInput,
  UpdateCommandOutput,
} from '@aws-sdk/lib-dynamodb';

/** The operations that the store uses; their inputs and outputs are those of the SDK's document client. */
export interface Operations {
  readonly Get: Operation<GetCommandInput, GetCommandOutput>;
  readonly BatchGet: Operation<BatchGetCommandInput, BatchGetCommandOutput>;
  readonly Query: Operation<QueryCommandInput, QueryCommandOutput>;
  readonly Put: Operation<PutCommandInput, PutCommandOutput>;
  readonly Update: Operation<UpdateCommandInput, UpdateCommandOutput>;
  readonly Delete: Operation<DeleteCommandInput, DeleteCommandOutput>;
}

interface Operation<Input, Output> {
  readonly input: Input;
  readonly output: Omit<Output, '$metadata'>;
}

export interface TableClient {
  /**
   * One request, which is never repeated: only the store knows which write it may repeat without a read.
   * @throws Error with the name of DynamoDB's exception and its status in `$metadata.httpStatusCode`, as the SDK's; without
   * a status where no answer came.
   */
  call<Name extends keyof Operations>(
    name: Name,
    input: Operations[Name]['input'],
  ): Promise<Operations[Name]['output']>;
}
