/** The account and region that handlers, replies and names show; no cloud stands behind them. */
export const ACCOUNT_ID = '1000000000000000';
export const REGION = 'cn-hangzhou';
