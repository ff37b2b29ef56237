/** The account and region that handlers, replies and names show. They exist in no cloud. */
export const ACCOUNT_ID = '123456789';
export const REGION = 'cn-hangzhou';
