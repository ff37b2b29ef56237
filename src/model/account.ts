/** The account and region that handlers, replies and names show. They exist in no cloud. */
export const ACCOUNT_ID = '1000000000000000';
export const REGION = 'cn-hangzhou';
