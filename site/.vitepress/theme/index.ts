import type { Theme } from 'vitepress';
import DefaultTheme from 'vitepress/theme-without-fonts';
import { defineComponent, h } from 'vue';
import { markHome } from './home-landmark.ts';
import { MarkdownLink } from './markdown-link.ts';
import './colors.css';
import './layout.css';

export default {
  extends: DefaultTheme,
  Layout: defineComponent(() => {
    markHome();
    return () => h(DefaultTheme.Layout, null, { 'doc-footer-before': () => h(MarkdownLink) });
  }),
} satisfies Theme;
